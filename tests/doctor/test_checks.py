"""What doctor makes of what it finds."""

import sys

import pytest

from automl.devices import Devices, Gpu
from automl.doctor import checks
from automl.doctor.checks import Tried
from automl.doctor.installed import Package

PLAIN = Devices(2, 2**33, ())
WITH_GPU = Devices(2, 2**33, (Gpu(0, "H200", 2**37), Gpu(1, "H200", 2**37)))


def test_an_answer_is_the_last_line_printed():
    tried = checks.tried("print('noise'); print('{\"a\": 1}')")

    assert tried.answer == {"a": 1}
    assert 0 < tried.seconds < 30


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("import os; os._exit(3)", "ended with code 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ended with code -4"),
    ],
)
def test_a_library_that_fails_is_told_with_its_reason(code, reason):
    tried = checks.tried(code)

    assert tried.answer is None
    assert tried.reason == reason


def test_a_library_that_hangs_is_given_up():
    tried = checks.tried("import time; time.sleep(60)", seconds=0.2)

    assert tried.answer is None
    assert tried.reason == "no answer in 0 s"


def test_the_environment_reaches_the_process(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")

    assert checks.tried("import os; print('\"' + os.environ['KERAS_BACKEND'] + '\"')").answer == "jax"


@pytest.mark.parametrize(
    ("package", "level", "text", "fix"),
    [
        (Package("xgboost", "3.2.0", ">= 3.2"), "ok", "all there", ""),
        (Package("xgboost", "3.10", ">= 3.2"), "ok", "all there", ""),
        (Package("xgboost", "3.1.3", ">= 3.2"), "broken", "3.1.3 is too old: >= 3.2", "--upgrade 'xgboost>=3.2'"),
        (Package("rich", None, ">= 13"), "broken", "is not installed", "pip install 'rich>=13'"),
    ],
)
def test_installation(package, level, text, fix):
    (check,) = checks.installation([package])

    assert check.level == level
    assert text in check.text
    assert fix in check.fix


def test_run_from_a_folder_without_being_installed():
    (check,) = checks.installation([])

    assert check.level == "warning"
    assert check.fix == "pip install ."


@pytest.mark.parametrize(
    ("backend", "seen", "devices", "levels"),
    [
        ("tensorflow", [], PLAIN, ["ok"]),
        ("tensorflow", ["gpu:0", "gpu:1"], WITH_GPU, ["ok", "ok"]),
        ("tensorflow", [], WITH_GPU, ["ok", "warning"]),
    ],
)
def test_keras(backend, seen, devices, levels):
    found = checks.keras(Tried(4.0, {"backend": backend, "devices": seen}), devices)

    assert [check.level for check in found] == levels


@pytest.mark.parametrize(
    ("backend", "visible", "fix"),
    [
        ("tensorflow", None, "pip install 'automl[gpu]'"),
        ("tensorflow", "0", "pip install 'automl[gpu]'"),
        ("torch", None, "install torch with CUDA"),
        ("tensorflow", "-1", "unset CUDA_VISIBLE_DEVICES"),
        ("tensorflow", "", "unset CUDA_VISIBLE_DEVICES"),
    ],
)
def test_a_gpu_that_keras_does_not_see(backend, visible, fix, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)

    _, check = checks.keras(Tried(4.0, {"backend": backend, "devices": []}), WITH_GPU)

    assert check.text.startswith(f"the driver reports 2, {backend} sees none")
    assert fix in check.fix


def test_keras_that_does_not_import_is_broken():
    (check,) = checks.keras(Tried(1.0, None, "ImportError: libcudart"), WITH_GPU)

    assert check.level == "broken"
    assert "libcudart" in check.text


@pytest.mark.parametrize(
    ("answer", "devices", "level", "text"),
    [
        ({"cuda": True}, PLAIN, "ok", "with CUDA"),
        ({"cuda": False}, PLAIN, "ok", "without CUDA"),
        ({"cuda": False}, WITH_GPU, "warning", "without CUDA"),
        (None, PLAIN, "broken", "does not import"),
    ],
)
def test_xgboost(answer, devices, level, text):
    check = checks.xgboost(Tried(1.0, answer, "no libgomp"), devices)

    assert check.level == level
    assert text in check.text


@pytest.mark.parametrize(
    ("free", "level", "text"),
    [(0, "ok", "not known"), (2**30, "warning", "1.0 GB free"), (3 * 2**30, "ok", "3.0 GB free")],
)
def test_room(free, level, text):
    check = checks.room("disk", free, 2 * 2**30, "free some")

    assert check.level == level
    assert text in check.text


def test_a_folder_that_does_not_exist_yet_counts_by_its_parent(tmp_path):
    check = checks.writable(tmp_path / "reports")

    assert check.level == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path):
    check = checks.writable(tmp_path / "missing" / "reports")

    assert check.level == "broken"
    assert "--out DIR" in check.fix


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_free_memory():
    assert 2**25 < checks.free_memory() < 2**45
