"""Joules used since a moment: counters of processor and GPU where they can be read, else declared watts."""

from __future__ import annotations

import importlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

POWERCAP = Path("/sys/class/powercap")
PROC = Path("/proc")
WATTS_PER_CORE = 10.0
"""Watts of one busy core: a declared figure, not a measured one. Packages of 65 to 280 W with 8 to 64 cores draw 4 to
15 W a core under load."""
MEMORY_ZONE = "dram"
TICKS_AT = (11, 12, 13, 14)
"""Places of utime, stime, cutime and cstime in /proc/PID/stat, counted from the field after the program's name."""


@dataclass
class Counter:
    """One RAPL zone, read again and again; it starts anew at its range.

    Attributes:
        folder: with `energy_uj` and `max_energy_range_uj`, both in microjoules.
    """

    folder: Path
    last: int = field(init=False)
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Take the first reading; raises OSError or ValueError when there is none."""
        self.last = self._read("energy_uj")
        self.range = self._read("max_energy_range_uj")

    def joules(self) -> float:
        """Joules since the first reading; right as long as the counter starts anew at most once between two readings.

        A package that draws 65 W takes about an hour to get there.
        """
        now = self._read("energy_uj")
        self.total += now - self.last + (self.range if now < self.last else 0)
        self.last = now
        return self.total / 1e6

    def _read(self, name: str) -> int:
        return int((self.folder / name).read_text(encoding="ascii"))


class Meter:
    """Energy since it was made.

    Counters count the whole machine, other programs included; the declared estimate counts this process and the
    processes it started.

    Attributes:
        source: where the figures come from, in words for the report.
    """

    def __init__(
        self,
        powercap: Path = POWERCAP,
        gpu_joules: Callable[[], float] | None = None,
        cpu: Callable[[], float] | None = None,
    ) -> None:
        """Take the first readings.

        Args:
            powercap: folder with the RAPL zones.
            gpu_joules: joules of all GPUs since some fixed moment; NVML's when None.
            cpu: CPU seconds so far; those of this process and its children when None.
        """
        self._started = time.monotonic()
        self._counters = counters(powercap)
        self._cpu = cpu or cpu_seconds
        self._cpu_at_start = self._cpu()
        self._gpu = gpu_joules or nvml()
        self._gpu_at_start = 0.0 if self._gpu is None else self._gpu()
        processor = (
            "RAPL counters of the whole machine"
            if self._counters
            else f"no counter could be read: CPU time x {WATTS_PER_CORE:g} W a core (declared, not measured)"
        )
        self.source = processor if self._gpu is None else f"{processor}; GPUs by NVML"

    def joules(self) -> float:
        """Joules used so far; a counter that can no longer be read keeps its last figure."""
        used = sum(_latest(counter) for counter in self._counters)
        if not self._counters:
            used = WATTS_PER_CORE * max(self._cpu() - self._cpu_at_start, 0.0)
        return used if self._gpu is None else used + max(self._gpu() - self._gpu_at_start, 0.0)

    def watts(self) -> float:
        """Mean power so far."""
        return self.joules() / max(time.monotonic() - self._started, 1e-9)


def _latest(counter: Counter) -> float:
    try:
        return counter.joules()
    except (OSError, ValueError):
        return counter.total / 1e6


def counters(powercap: Path) -> list[Counter]:
    """Counters of all processor packages and of their memory; none when one package cannot be read.

    Zones inside a package (cores, graphics) are part of it, only memory is not; `psys` contains the packages.
    """
    packages = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if _name(zone).startswith("package")]
    memories = [zone for package in packages for zone in package.glob("intel-rapl:*:*") if _name(zone) == MEMORY_ZONE]
    try:
        return [Counter(zone) for zone in (*packages, *memories)]
    except (OSError, ValueError):  # energy_uj is readable by root alone on most systems
        return []


def _name(zone: Path) -> str:
    try:
        return (zone / "name").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def nvml() -> Callable[[], float] | None:
    """A function that tells the joules of all GPUs since their driver was loaded; None without NVML or counters."""
    try:
        library: Any = importlib.import_module("pynvml")
    except ImportError:
        return None
    try:
        library.nvmlInit()
        devices = [library.nvmlDeviceGetHandleByIndex(i) for i in range(library.nvmlDeviceGetCount())]
        reading = GpuReading(library, devices)
        reading()
    except (library.NVMLError, OSError):  # no driver, or a GPU older than the counters
        return None
    return reading if devices else None


@dataclass
class GpuReading:
    """Joules of some GPUs since their driver was loaded; the last figure when they no longer answer.

    Attributes:
        library: the module pynvml.
        devices: its handles.
    """

    library: Any
    devices: list[Any]
    last: float | None = None

    def __call__(self) -> float:
        """Read all counters, which are in millijoules; raises NVMLError when the first reading fails."""
        try:
            self.last = sum(self.library.nvmlDeviceGetTotalEnergyConsumption(d) for d in self.devices) / 1e3
        except self.library.NVMLError:
            if self.last is None:
                raise
        return self.last


def cpu_seconds(proc: Path = PROC) -> float:
    """CPU seconds of this process, of the children that ended, and of all that still run below it.

    The system adds the time of a child to its parent's only when it has ended; those that run are found in `proc`.
    """
    own = os.times()
    running = _running(proc)
    below, waiting = 0.0, [os.getpid()]
    while waiting:
        parent = waiting.pop()
        for child, (_, seconds) in ((c, known) for c, known in running.items() if known[0] == parent):
            below += seconds
            waiting.append(child)
    return own.user + own.system + own.children_user + own.children_system + below


def _running(proc: Path) -> dict[int, tuple[int, float]]:
    """Process -> (parent, CPU seconds with those of its children that ended); empty where there is no /proc."""
    found = {}
    for folder in proc.glob("[0-9]*"):
        try:
            parts = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            ticks = sum(int(parts[place]) for place in TICKS_AT)
            found[int(folder.name)] = (int(parts[1]), ticks / os.sysconf("SC_CLK_TCK"))
        except (OSError, ValueError, IndexError):  # it has ended meanwhile
            continue
    return found
