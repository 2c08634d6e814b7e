import pytest

from automl.devices import Gpu
from automl.families.trees import device

GPU = (Gpu(0, "A GPU", 2**33),)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    device.usable_device.cache_clear()
    yield
    device.usable_device.cache_clear()


@pytest.mark.parametrize(
    ("gpus", "says", "used"), [((), "cuda:0", "cpu"), (GPU, "cuda:0", "cuda"), (GPU, "cpu", "cpu")]
)
def test_a_gpu_is_used_when_boosting_was_seen_to_run_on_it(monkeypatch, gpus, says, used):
    monkeypatch.setattr(device.devices, "gpus", lambda: gpus)
    monkeypatch.setattr(device, "trained_on", lambda: says)
    assert device.usable_device() == used
    assert device.device_for(device.WORTH) == used
    assert device.device_for(device.WORTH - 1) == "cpu"


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_hidden_gpus_are_left_alone(monkeypatch, hidden):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    monkeypatch.setattr(device.devices, "gpus", lambda: GPU)
    monkeypatch.setattr(device, "trained_on", lambda: "cuda:0")
    assert device.usable_device() == "cpu"


def test_it_is_found_out_once(monkeypatch):
    asked = []
    monkeypatch.setattr(device.devices, "gpus", lambda: GPU)
    monkeypatch.setattr(device, "trained_on", lambda: asked.append(1) or "cuda:0")
    assert [device.usable_device() for _ in range(3)] == ["cuda"] * 3
    assert len(asked) == 1


def test_what_xgboost_says_is_a_device():
    assert device.trained_on().split(":")[0] in ("cpu", "cuda")
