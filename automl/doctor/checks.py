"""What doctor tries.

Libraries are tried in processes of their own, so that one that crashes on import (a build for another processor, say)
is a line of the answer and not the end of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from automl.units import memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.devices import Devices
    from automl.doctor.installed import Package

Level = Literal["ok", "warning", "broken"]

IMPORT_SECONDS = 60.0
"""Longest wait for a library; TensorFlow takes 3 to 20 s to import, the more the first time."""
TRY_KERAS = """
import json, keras
name = keras.backend.backend()
if name == "torch":
    import torch
    seen = [f"cuda:{i}" for i in range(torch.cuda.device_count())]
else:
    seen = [str(d) for d in keras.distribution.list_devices() if "cpu" not in str(d).lower()]
print(json.dumps({"backend": name, "devices": seen}))
"""
TRY_XGBOOST = "import json, xgboost; print(json.dumps({'cuda': bool(xgboost.build_info().get('USE_CUDA'))}))"


@dataclass(frozen=True)
class Check:
    """One thing tried.

    Attributes:
        level: 'broken' when the main job cannot run, 'warning' when it runs worse than it could.
        text: what was found.
        fix: what to do; '' when there is nothing to do.
    """

    name: str
    level: Level
    text: str
    fix: str = ""


@dataclass(frozen=True)
class Tried:
    """What came of a library tried in its own process: its answer, or None and the reason."""

    seconds: float
    answer: dict[str, Any] | None
    reason: str = ""


def tried(code: str, seconds: float = IMPORT_SECONDS) -> Tried:
    """The JSON that the last line of `code` prints, in a new Python process with our environment."""
    started = time.monotonic()
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3"} | os.environ
    command = [sys.executable, "-c", code]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return Tried(seconds, None, f"no answer in {seconds:.0f} s")
    took = time.monotonic() - started
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        return Tried(took, None, said[-1])
    return Tried(took, json.loads(done.stdout.strip().splitlines()[-1]))


def installation(packages: Sequence[Package]) -> list[Check]:
    """A check for every core dependency that is missing or too old, else one that says all are there."""
    if not packages:
        return [Check("packages", "warning", "automl runs without being installed: nothing is known", "pip install .")]
    found = []
    for package in packages:
        wanted = f"'{package.name}{package.needs.replace(' ', '')}'"
        if package.version is None:
            found.append(Check(package.name, "broken", "is not installed", f"pip install {wanted}"))
        elif not package.new_enough:
            text = f"{package.version} is too old: {package.needs} is needed"
            found.append(Check(package.name, "broken", text, f"pip install --upgrade {wanted}"))
    return found or [Check("packages", "ok", "all there, none too old")]


def keras(answer: Tried, devices: Devices) -> list[Check]:
    """Whether Keras imports, and whether its backend sees the GPUs that the driver reports."""
    if answer.answer is None:
        fix = "python -c 'import keras' shows the whole message; automl fit --families linear,trees does without"
        return [Check("Keras", "broken", f"does not import: {answer.reason}", fix)]
    backend, seen = answer.answer["backend"], len(answer.answer["devices"])
    found = [Check("Keras", "ok", f"imports in {answer.seconds:.1f} s, backend {backend}")]
    present = len(devices.gpus)
    if not present:
        return found
    if seen:
        return [*found, Check("GPU", "ok", f"{backend} sees {seen} of the {present} that the driver reports")]
    text = f"the driver reports {present}, {backend} sees none: networks train on the processor, far slower"
    return [*found, Check("GPU", "warning", text, _gpu_fix(backend))]


def _gpu_fix(backend: str) -> str:
    if os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}:
        return "unset CUDA_VISIBLE_DEVICES, which hides every GPU"
    return "pip install 'automl[gpu]'" if backend == "tensorflow" else f"install {backend} with CUDA"


def xgboost(answer: Tried, devices: Devices) -> Check:
    """Whether XGBoost imports and could use a GPU."""
    if answer.answer is None:
        return Check("XGBoost", "broken", f"does not import: {answer.reason}", "pip install --force-reinstall xgboost")
    if answer.answer["cuda"]:
        return Check("XGBoost", "ok", "imports, built with CUDA")
    if devices.gpus:
        fix = "pip uninstall xgboost-cpu, then pip install xgboost"
        return Check("XGBoost", "warning", "built without CUDA: trees are fitted on the processor", fix)
    return Check("XGBoost", "ok", "imports, built without CUDA, which costs nothing here: there is no GPU")


def free_memory() -> int:
    """Bytes of memory free now, caches counted as free; 0 where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return 0


def room(name: str, free: int, low: int, fix: str) -> Check:
    """Whether enough is free of something counted in bytes; 0 means that it is not known."""
    if not free:
        return Check(name, "ok", "not known on this system")
    if free < low:
        return Check(name, "warning", f"{memory(free)} free: larger data may not fit", fix)
    return Check(name, "ok", f"{memory(free)} free")


def writable(folder: Path) -> Check:
    """Whether run folders can be written where they go when `--out` is not given."""
    try:
        with tempfile.TemporaryFile(dir=folder if folder.is_dir() else folder.parent):
            return Check("run folders", "ok", f"{folder}/ can be written here")
    except OSError as error:
        text = f"{folder}/ cannot be written here: {error.strerror}"
        return Check("run folders", "broken", text, "run in another folder, or give --out DIR")
