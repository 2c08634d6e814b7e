"""Whether XGBoost may use a GPU, tried rather than believed: without one it falls back to the CPU without an error."""

from __future__ import annotations

import json
import os
from functools import cache

import numpy as np

from automl import devices

WORTH = 2_000_000
"""Cells of a matrix from which a GPU is worth the way there."""


def device_for(cells: int, gpus: tuple[int, ...] | None = None) -> str:
    """Where to boost on a matrix of that many cells: 'cpu', or 'cuda:N' of the GPUs that this process sees.

    Args:
        cells: of the matrix.
        gpus: indices of those that may be used, as the driver counts them; None for all there are.
    """
    return usable_device(gpus) if cells >= WORTH else "cpu"


@cache
def usable_device(gpus: tuple[int, ...] | None = None) -> str:
    """The first GPU given on which one boosting round was seen to run, else 'cpu'; found out once a process."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible in ("", "-1") or gpus == () or not (present := devices.gpus()):
        return "cpu"
    for place in _places(tuple(gpu.index for gpu in present) if gpus is None else gpus, visible):
        asked = f"cuda:{place}"
        if trained_on(asked).startswith("cuda"):
            return asked
    return "cpu"


def _places(gpus: tuple[int, ...], visible: str | None) -> list[int]:
    """Positions of GPUs among those that this process sees, which is how XGBoost counts them."""
    if visible is None:
        return list(gpus)
    seen = [name.strip() for name in visible.split(",")]
    if not all(name.isdigit() for name in seen):  # named by their identity: which is which is not known here
        return [gpu for gpu in gpus if gpu < len(seen)]
    return [seen.index(str(gpu)) for gpu in gpus if str(gpu) in seen]


def trained_on(asked: str = "cuda") -> str:
    """The device that XGBoost says it used when asked for a GPU: 'cuda:0', or 'cpu'."""
    import xgboost

    data = xgboost.DMatrix(np.arange(8, dtype=np.float32).reshape(-1, 1), label=np.arange(8) % 2)
    try:
        with xgboost.config_context(verbosity=0):  # the library warns when it falls back
            booster = xgboost.train({"device": asked, "max_depth": 1}, data, num_boost_round=1)
    except xgboost.core.XGBoostError:  # a GPU that the library was not built for, or whose memory is full
        return "cpu"
    return str(json.loads(booster.save_config())["learner"]["generic_param"]["device"])
