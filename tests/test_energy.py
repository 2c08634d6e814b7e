"""Joules by counters, and declared watts where there are none."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest

from automl import energy
from automl.energy import WATTS_PER_CORE, Counter, GpuReading, Meter, counters, cpu_seconds, nvml

RANGE = 1_000_000_000


def zone(folder, name, energy_uj):
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "energy_uj").write_text(f"{energy_uj}\n")
    (folder / "max_energy_range_uj").write_text(f"{RANGE}\n")
    return folder


@pytest.fixture
def powercap(tmp_path):
    """Two packages with cores and memory, and the zone of the whole platform."""
    for number in (0, 1):
        package = zone(tmp_path / f"intel-rapl:{number}", f"package-{number}", 5_000_000)
        zone(package / f"intel-rapl:{number}:0", "core", 1_000_000)
        zone(package / f"intel-rapl:{number}:1", "dram", 2_000_000)
    zone(tmp_path / "intel-rapl:2", "psys", 9_000_000)
    return tmp_path


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """No driver of the machine that runs the tests is asked."""
    monkeypatch.setitem(sys.modules, "pynvml", None)


class Series:
    """A reading that gives these figures one after the other."""

    def __init__(self, *figures):
        self.figures = list(figures)

    def __call__(self):
        return self.figures.pop(0)


def test_packages_and_their_memory_are_counted_once(powercap):
    names = [counter.folder.name for counter in counters(powercap)]

    assert names == ["intel-rapl:0", "intel-rapl:1", "intel-rapl:0:1", "intel-rapl:1:1"]


def test_joules_are_what_the_counters_gained(powercap):
    meter = Meter(powercap)
    assert meter.joules() == 0
    (powercap / "intel-rapl:0" / "energy_uj").write_text("8500000")
    (powercap / "intel-rapl:1" / "intel-rapl:1:1" / "energy_uj").write_text("2500000")

    assert meter.joules() == pytest.approx(4.0)
    assert meter.joules() == pytest.approx(4.0)
    assert meter.source == "RAPL counters of the whole machine"


def test_a_counter_that_starts_anew_goes_on(tmp_path):
    folder = zone(tmp_path / "z", "package-0", RANGE - 1_000_000)
    counter = Counter(folder)
    for reading, joules in ((500_000, 1.5), (2_500_000, 3.5), (1_500_000, 3.5 + RANGE / 1e6 - 1)):
        (folder / "energy_uj").write_text(str(reading))
        assert counter.joules() == pytest.approx(joules)


@pytest.mark.parametrize("damage", ["missing", "unreadable", "empty"])
def test_without_a_readable_package_watts_are_declared(powercap, damage):
    file = powercap / "intel-rapl:1" / "energy_uj"
    file.unlink()
    if damage == "unreadable":
        file.mkdir()
    elif damage == "empty":
        file.write_text("")
    meter = Meter(powercap, cpu=Series(3.0, 5.5))

    assert meter.joules() == pytest.approx(2.5 * WATTS_PER_CORE)
    assert "declared, not measured" in meter.source


def test_a_counter_that_is_lost_keeps_its_figure(powercap):
    meter = Meter(powercap)
    (powercap / "intel-rapl:0" / "energy_uj").write_text("6000000")
    assert meter.joules() == pytest.approx(1.0)
    (powercap / "intel-rapl:0" / "energy_uj").unlink()

    assert meter.joules() == pytest.approx(1.0)


def test_gpus_are_added(tmp_path):
    meter = Meter(tmp_path, gpu_joules=Series(100.0, 130.0), cpu=Series(0.0, 2.0))

    assert meter.joules() == pytest.approx(30 + 2 * WATTS_PER_CORE)
    assert meter.source.endswith("; GPUs by NVML")


def test_watts_are_joules_over_time(tmp_path, monkeypatch):
    monkeypatch.setattr(energy, "time", SimpleNamespace(monotonic=Series(10.0, 14.0)))

    assert Meter(tmp_path, cpu=Series(0.0, 2.0)).watts() == pytest.approx(2 * WATTS_PER_CORE / 4)


class Driver:
    """Stands in for pynvml; counters are in millijoules."""

    class NVMLError(Exception):
        """What the driver says."""

    def __init__(self, readings, count=2):
        self.readings, self.count = list(readings), count

    def nvmlInit(self):  # noqa: N802 (its name in the library)
        if self.readings == ["no driver"]:
            raise self.NVMLError

    def nvmlDeviceGetCount(self):  # noqa: N802
        return self.count

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802
        return index

    def nvmlDeviceGetTotalEnergyConsumption(self, device):  # noqa: N802
        reading = self.readings.pop(0)
        if reading is None:
            raise self.NVMLError
        return reading


def test_the_driver_is_asked_for_every_gpu(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", Driver([1000, 2000, 1500, 2500]))
    reading = nvml()

    assert reading() == pytest.approx(4.0)
    assert reading.last == pytest.approx(4.0)


@pytest.mark.parametrize("driver", [Driver(["no driver"]), Driver([None]), Driver([], count=0), None])
def test_without_a_driver_or_counters_there_is_no_gpu_reading(monkeypatch, driver):
    monkeypatch.setitem(sys.modules, "pynvml", driver)

    assert nvml() is None


def test_a_gpu_that_is_lost_keeps_its_figure():
    reading = GpuReading(Driver([3000, None]), [0])

    assert [reading(), reading()] == [3.0, 3.0]


def stat(folder, pid, parent, ticks):
    (folder / str(pid)).mkdir()
    fields = ["S", str(parent), *["0"] * 9, *map(str, ticks), *["0"] * 5]
    (folder / str(pid) / "stat").write_text(f"{pid} (a (b) c) {' '.join(fields)}")


def test_cpu_time_of_running_processes_below_this_one(tmp_path):
    me, tick = os.getpid(), 1 / os.sysconf("SC_CLK_TCK")
    stat(tmp_path, me, 1, (10**9, 0, 0, 0))  # our own comes from the system
    stat(tmp_path, 9_000_001, me, (100_000, 20_000, 3000, 400))
    stat(tmp_path, 9_000_002, 9_000_001, (1_000_000, 0, 0, 0))
    stat(tmp_path, 9_000_003, 1, (10**9, 0, 0, 0))
    (tmp_path / "9000004").mkdir()  # has ended meanwhile
    (tmp_path / "nowhere").mkdir()
    own = cpu_seconds(tmp_path / "nowhere")

    assert cpu_seconds(tmp_path) == pytest.approx(own + 1_123_400 * tick, abs=0.5)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are found in /proc")  # noqa: PTH112
def test_work_of_a_child_counts_while_it_runs_and_after():
    busy = "import time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True); time.sleep(60)"
    before = cpu_seconds()
    with subprocess.Popen([sys.executable, "-c", busy], stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"done\n"
        running = cpu_seconds()
        child.kill()
    ended = cpu_seconds()

    assert running - before > 0.25
    assert ended - before > 0.25


def test_the_declared_figure_never_falls(tmp_path):
    meter = Meter(tmp_path)
    figures = []
    for _ in range(3):
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass
        figures.append(meter.joules())

    assert all(before <= after for before, after in pairwise(figures))
    assert figures[-1] > 0
