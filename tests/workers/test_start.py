import pytest

from automl.workers import start as module


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch):
    monkeypatch.setattr(module, "Worker", lambda environment: environment)


@pytest.mark.parametrize(
    ("processors", "gpus", "devices", "threads"),
    [
        (2, (), ["-1"], "2"),
        (1, (), ["-1"], "1"),
        (8, (3,), ["3"], "8"),
        (16, (0, 1), ["0", "1"], "8"),
        (10, (0, 2, 5), ["0", "2", "5"], "3"),
        (2, (0, 1, 2, 3), ["0", "1"], "1"),
    ],
)
def test_one_worker_a_gpu_and_no_more_threads_than_processors(processors, gpus, devices, threads):
    members = module.start(processors, gpus).members
    assert [m["CUDA_VISIBLE_DEVICES"] for m in members] == devices
    assert {m["OMP_NUM_THREADS"] for m in members} == {m["TF_NUM_INTRAOP_THREADS"] for m in members} == {threads}
    assert len(members) * int(threads) <= processors
