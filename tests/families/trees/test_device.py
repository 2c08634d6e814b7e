import pytest

from automl.devices import Gpu
from automl.families.trees import device

GPU = (Gpu(0, "A GPU", 2**33),)
TWO = (*GPU, Gpu(1, "Another", 2**33))


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    device.usable_device.cache_clear()
    yield
    device.usable_device.cache_clear()


@pytest.mark.parametrize(
    ("gpus", "says", "used"), [((), "cuda:0", "cpu"), (GPU, "cuda:0", "cuda:0"), (GPU, "cpu", "cpu")]
)
def test_a_gpu_is_used_when_boosting_was_seen_to_run_on_it(monkeypatch, gpus, says, used):
    monkeypatch.setattr(device.devices, "gpus", lambda: gpus)
    monkeypatch.setattr(device, "trained_on", lambda _: says)
    assert device.usable_device() == used
    assert device.device_for(device.WORTH) == used
    assert device.device_for(device.WORTH - 1) == "cpu"


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_hidden_gpus_are_left_alone(monkeypatch, hidden):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    monkeypatch.setattr(device.devices, "gpus", lambda: GPU)
    monkeypatch.setattr(device, "trained_on", lambda _: "cuda:0")
    assert device.usable_device() == "cpu"


def test_it_is_found_out_once(monkeypatch):
    asked = []
    monkeypatch.setattr(device.devices, "gpus", lambda: GPU)
    monkeypatch.setattr(device, "trained_on", lambda name: asked.append(name) or name)
    assert [device.usable_device() for _ in range(3)] == ["cuda:0"] * 3
    assert asked == ["cuda:0"]


def test_what_xgboost_says_is_a_device():
    assert device.trained_on().split(":")[0] in ("cpu", "cuda")


@pytest.mark.parametrize(
    ("gpus", "visible", "used"),
    [
        (None, None, "cuda:0"),
        ((), None, "cpu"),
        ((1,), None, "cuda:1"),
        ((0, 1), None, "cuda:0"),
        ((1,), "1", "cuda:0"),
        ((0,), "1", "cpu"),
        (None, "1", "cuda:0"),
        ((1,), "1,0", "cuda:0"),
        ((1,), "GPU-aa,GPU-bb", "cuda:1"),
        ((1,), "GPU-aa", "cpu"),
    ],
)
def test_only_gpus_that_may_be_used_are_tried(monkeypatch, gpus, visible, used):
    tried = []
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(device.devices, "gpus", lambda: TWO)
    monkeypatch.setattr(device, "trained_on", lambda name: tried.append(name) or name)
    assert device.device_for(device.WORTH, gpus) == used
    assert tried == ([] if used == "cpu" else [used])


def test_the_next_gpu_is_tried_when_one_cannot_be_used(monkeypatch):
    monkeypatch.setattr(device.devices, "gpus", lambda: TWO)
    monkeypatch.setattr(device, "trained_on", lambda name: name if name == "cuda:1" else "cpu")
    assert device.usable_device((0, 1)) == "cuda:1"
    assert device.usable_device((0,)) == "cpu"  # another choice in the same process
