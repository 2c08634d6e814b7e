"""What the machine has, and how the user limits it."""

import os
import stat

import pytest

from automl import devices
from automl.devices import Gpu, chosen_gpus, parse_memory
from automl.errors import UsageError

TWO = (Gpu(0, "A", 2**30), Gpu(1, "B", 2**30))


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8GB", 8 * 2**30),
        ("8gib", 8 * 2**30),
        ("512MB", 512 * 2**20),
        ("1.5g", 3 * 2**29),
        ("1024", 1024),
        (" 2 TB ", 2 * 2**40),
    ],
)
def test_parse_memory(text, size):
    assert parse_memory(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1GB", "8XB", "GB"])
def test_a_memory_size_that_cannot_be_read(text):
    with pytest.raises(UsageError, match="Cannot read the memory size"):
        parse_memory(text)


@pytest.mark.parametrize(
    ("text", "present", "expected"),
    [("auto", TWO, (0, 1)), ("auto", (), ()), ("none", TWO, ()), ("1", TWO, (1,)), ("0,1", TWO, (0, 1))],
)
def test_chosen_gpus(text, present, expected):
    assert chosen_gpus(text, present) == expected


@pytest.mark.parametrize("text", ["all", "0;1", "-1", "", "0,"])
def test_gpus_that_cannot_be_read(text):
    with pytest.raises(UsageError, match="Cannot read the GPUs"):
        chosen_gpus(text, TWO)


@pytest.mark.parametrize(("present", "hint"), [(TWO, "present: 0, 1"), ((), "present: none")])
def test_a_gpu_that_is_not_there(present, hint):
    with pytest.raises(UsageError, match="There is no GPU 3") as caught:
        chosen_gpus("3", present)

    assert caught.value.hint == hint


def test_processors_and_memory_of_this_machine():
    found = devices.detect()

    assert 1 <= found.processors <= (os.cpu_count() or 1)
    assert found.memory_bytes > 2**27


def fake_driver(folder, monkeypatch, script):
    """Put an `nvidia-smi` of our own first on the path."""
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_gpus_as_the_driver_reports_them(tmp_path, monkeypatch):
    fake_driver(tmp_path, monkeypatch, "echo '0, NVIDIA H200, 143771'; echo '1, NVIDIA H200, 143771'")

    assert devices.gpus() == (Gpu(0, "NVIDIA H200", 143771 * 2**20), Gpu(1, "NVIDIA H200", 143771 * 2**20))


@pytest.mark.parametrize("script", ["exit 9", "echo 'No devices were found'", "echo"])
def test_a_driver_that_does_not_answer_means_no_gpu(tmp_path, monkeypatch, script):
    fake_driver(tmp_path, monkeypatch, script)

    assert devices.gpus() == ()


@pytest.mark.parametrize(
    ("script", "expected"),
    [("echo 9.0; echo 7.5", 7.5), ("echo", 0.0), ("exit 2", 0.0), ("echo '[N/A]'", 0.0)],
)
def test_the_lowest_capability(tmp_path, monkeypatch, script, expected):
    fake_driver(tmp_path, monkeypatch, script)

    assert devices.capability() == expected


def test_idle_threads_sleep_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    devices.share_processors()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"

    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    devices.share_processors()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"


def test_free_memory_is_part_of_what_may_be_used():
    assert 0 < devices.free_memory() <= devices.memory()


@pytest.mark.parametrize(("limit", "expected"), [(None, 1_000), (400, 400), (2_000, 1_000)])
def test_a_fit_gets_what_is_free_and_allowed(monkeypatch, limit, expected):
    monkeypatch.setattr(devices, "free_memory", lambda: 1_000)
    assert devices.room(limit) == expected


def test_the_memory_that_a_process_holds():
    assert 2**22 < devices.resident(os.getpid()) < devices.memory()
    assert devices.resident(2**22 + 1) == 0  # no such process: above the largest number there is
