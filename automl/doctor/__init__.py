"""`automl doctor`: what this machine and this installation offer a run, what is missing, and what that costs."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl import jsonio
from automl._version import __version__
from automl.devices import detect
from automl.doctor import checks
from automl.doctor.installed import extras, packages

if TYPE_CHECKING:
    from automl.devices import Devices
    from automl.doctor.checks import Check
    from automl.doctor.installed import Extra, Package

LOW_MEMORY = 2 * 2**30
"""Free bytes under which a run may fail: the worker process with TensorFlow takes about one gigabyte."""
LOW_DISK = 2 * 2**30
"""Free bytes under which decoded images, which are mapped from disk, may not fit."""


@dataclass(frozen=True)
class Report:
    """All that was found; `ok` is False when something needed is broken."""

    ok: bool
    automl: str
    python: str
    platform: str
    devices: Devices
    free_memory_bytes: int
    free_disk_bytes: int
    packages: tuple[Package, ...]
    extras: tuple[Extra, ...]
    checks: tuple[Check, ...]


def main(*, as_json: bool) -> int:
    """Exit code of the command: 0 fine, 1 something needed is broken."""
    if as_json:
        report = examine()
        print(jsonio.dumps(report))  # noqa: T201 (stdout carries the result)
        return 0 if report.ok else 1
    from rich.console import Console

    from automl.doctor.text import render

    with Console(stderr=True).status("trying the libraries"):
        report = examine()
    Console(highlight=False).print(render(report))
    return 0 if report.ok else 1


def examine() -> Report:
    """Everything that can be found in a few seconds, most of which Keras takes to import."""
    devices = detect()
    memory, disk = checks.free_memory(), shutil.disk_usage(Path.cwd()).free
    installed = packages()
    made = (
        *checks.installation(installed),
        *checks.keras(checks.tried(checks.TRY_KERAS), devices),
        checks.xgboost(checks.tried(checks.TRY_XGBOOST), devices),
        checks.room("memory", min(memory, devices.memory_bytes), LOW_MEMORY, "close other programs, or use fewer rows"),
        checks.room("disk", disk, LOW_DISK, "free some, or run in a folder on another disk"),
        checks.writable(Path("reports")),
    )
    return Report(
        ok=all(check.level != "broken" for check in made),
        automl=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        devices=devices,
        free_memory_bytes=memory,
        free_disk_bytes=disk,
        packages=installed,
        extras=extras(has_gpu=bool(devices.gpus)),
        checks=made,
    )
