"""The workers of a run: one a GPU, or one for a machine without; together never more threads than processors."""

from __future__ import annotations

from automl.workers.executor import Worker
from automl.workers.pool import Workers

NO_GPU = "-1"


def start(processors: int, gpus: tuple[int, ...]) -> Workers:
    """Workers that import Keras while we go on.

    Args:
        processors: that all workers may use together.
        gpus: indices of the GPUs to use; a GPU that is left without a processor of its own gets no worker, since it
            would wait for the others'.
    """
    devices = [str(gpu) for gpu in gpus[: max(processors, 1)]] or [NO_GPU]
    return Workers([Worker(environment(device, threads_each(processors, len(devices)))) for device in devices])


def threads_each(processors: int, workers: int) -> int:
    """Threads of each worker."""
    return max(processors // workers, 1)


def environment(device: str, threads: int) -> dict[str, str]:
    """Variables that a worker is started with."""
    return {
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_DETERMINISTIC_OPS": "1",
        "CUDA_VISIBLE_DEVICES": device,
    }
