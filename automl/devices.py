"""What this machine offers: processors, memory, GPUs; found without importing TensorFlow."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from automl.errors import UsageError

UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


@dataclass(frozen=True)
class Gpu:
    """A GPU the driver reports."""

    index: int
    name: str
    memory_bytes: int


@dataclass(frozen=True)
class Devices:
    """This machine as far as we may use it."""

    processors: int
    memory_bytes: int
    gpus: tuple[Gpu, ...]


def detect() -> Devices:
    """Processors and memory this process may use (affinity and control groups respected), and GPUs."""
    return Devices(processors(), memory(), gpus())


def share_processors() -> None:
    """Let idle OpenMP threads sleep instead of spinning; to be called before a library starts its threads.

    With other work on the machine, spinning threads wait for each other: boosting took 40 times as long on two busy
    cores (benchmarks/RESULTS.md). On an idle machine it costs nothing that can be measured.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def processors() -> int:
    """Processors this process may run on."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, min(allowed, round(int(quota) / int(period))))
    except (OSError, ValueError):
        return allowed


def memory() -> int:
    """Bytes of memory this process may use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 * 2**30
    try:
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):
        return total


def free_memory() -> int:
    """Bytes that this process can still get: no more than it may use, and than the machine has free."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return memory()
    return min(free, memory())


def resident(process: int) -> int:
    """Bytes that a process holds in memory; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def room(limit: int | None = None) -> int:
    """Bytes that a fit can get: those that are free, and no more than the user allows, where a limit is given."""
    return free_memory() if limit is None else min(free_memory(), limit)


def gpus() -> tuple[Gpu, ...]:
    """GPUs that the NVIDIA driver reports, whether or not a library can use them."""
    try:
        return tuple(Gpu(int(i), name, int(float(size)) * 2**20) for i, name, size in _told("index,name,memory.total"))
    except ValueError:
        return ()


def capability() -> float:
    """The lowest NVIDIA compute capability among the GPUs; 0 without any, or where the driver is too old to tell."""
    try:
        return min((float(found) for (found,) in _told("compute_cap")), default=0.0)
    except ValueError:
        return 0.0


def _told(fields: str) -> list[list[str]]:
    """What the driver says of each GPU; nothing without a driver, or when it does not know a field."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.split(", ") for line in said.strip().splitlines()]


def chosen_gpus(text: str, present: tuple[Gpu, ...]) -> tuple[int, ...]:
    """GPU indices for `--gpus auto|none|0,1`.

    Raises:
        UsageError: not a list of numbers, or a GPU that is not there.
    """
    if text == "none":
        return ()
    if text == "auto":
        return tuple(gpu.index for gpu in present)
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise UsageError(f"Cannot read the GPUs {text!r}.", where="--gpus", hint="auto, none, or numbers such as 0,1")
    wanted = tuple(int(i) for i in text.split(","))
    missing = sorted(set(wanted) - {gpu.index for gpu in present})
    if missing:
        there = ", ".join(str(gpu.index) for gpu in present) or "none"
        raise UsageError(f"There is no GPU {', '.join(map(str, missing))}.", where="--gpus", hint=f"present: {there}")
    return wanted


def parse_memory(text: str) -> int:
    """Bytes from '8GB', '512MB' or a number.

    Raises:
        UsageError: not a size, or not positive.
    """
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*", text.lower())
    size = int(float(match[1]) * UNITS[match[2]]) if match else 0
    if size <= 0:
        hint = "a size such as 8GB"
        raise UsageError.unreadable("memory size", text, where="--memory", hint=hint, is_amount=match is not None)
    return size
