from dataclasses import replace

import numpy as np
import pytest

from automl.data.dataset import Images
from automl.evaluate.journal import Journal, data_digest, digest, fingerprint
from automl.families.base import Limits
from automl.families.task import FitTask, Fitted
from automl.families.weigh import ModelCost
from tests.rows import numbers

TASK = FitTask("trees", {"eta": 0.1, "depth": 3}, np.arange(10), np.arange(10, 14), Limits(5.0, 2))
DONE = Fitted(np.arange(8, dtype=np.float32).reshape(4, 2), {"rounds": 7}, {"rounds": 7, "cut": False}, 1.5, 0.25)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path, "data-1")


def test_what_is_remembered_is_recalled(journal):
    assert journal.recall(TASK) is None
    journal.remember(TASK, DONE)
    again = journal.recall(TASK)
    assert np.array_equal(again.predictions, DONE.predictions)
    assert again.predictions.dtype == np.float32
    assert replace(again, predictions=None) == replace(DONE, predictions=None)


def test_what_the_model_costs_is_recalled_too(journal):
    cost = ModelCost(0.001, 0.5, 10_000, 4096, None)
    journal.remember(TASK, replace(DONE, cost=cost))
    assert journal.recall(TASK).cost == cost


def test_a_fit_is_the_same_weighed_or_not(journal):
    journal.remember(TASK, DONE)
    assert journal.recall(replace(TASK, weigh=True)).cost is None


def test_a_file_from_before_models_were_weighed_is_recalled(journal, tmp_path):
    journal.remember(TASK, DONE)
    (path,) = tmp_path.iterdir()
    facts = '{"final_params": {"rounds": 7}, "info": {}, "fit_seconds": 1.5, "predict_seconds": 0.25, "seconds": 5.0}'
    np.savez(path, predictions=DONE.predictions, facts=np.asarray(facts))
    assert replace(journal.recall(TASK), predictions=None) == replace(DONE, predictions=None, info={})


@pytest.mark.parametrize(
    "other",
    [
        replace(TASK, train=np.arange(9), predict=np.arange(9, 14)),
        replace(TASK, family="linear"),
        replace(TASK, params={"eta": 0.1, "depth": 4}),
        replace(TASK, train=np.arange(9)),
        replace(TASK, predict=np.arange(10, 15)),
        replace(TASK, limits=Limits(5.0, 2, full=True)),
    ],
    ids=["shifted", "family", "params", "train", "predict", "full"],
)
def test_another_task_is_not_recalled(journal, other):
    journal.remember(TASK, DONE)
    assert journal.recall(other) is None


def test_the_order_of_parameters_and_the_threads_do_not_matter(journal):
    journal.remember(TASK, DONE)
    same = replace(TASK, params={"depth": 3, "eta": 0.1}, limits=Limits(4.0, 8))
    assert journal.recall(same) is not None


def test_other_data_is_not_recalled(journal, tmp_path):
    journal.remember(TASK, DONE)
    assert Journal(tmp_path, "data-2").recall(TASK) is None
    assert Journal(tmp_path, "data-1").recall(TASK) is not None


@pytest.mark.parametrize(("seconds", "recalled"), [(5.0, True), (6.0, True), (4.0, True), (20.0, False), (None, False)])
def test_a_fit_that_time_ended_is_not_recalled_when_there_is_more(journal, seconds, recalled):
    journal.remember(TASK, replace(DONE, info={"cut_by_time": True}))
    more = replace(TASK, limits=Limits(seconds, 2))
    assert (journal.recall(more) is not None) is recalled
    journal.remember(more, DONE)
    assert journal.recall(replace(TASK, limits=Limits(500.0, 2))).info == DONE.info


def test_a_finished_fit_is_recalled_whatever_the_time(journal):
    journal.remember(TASK, DONE)
    assert journal.recall(replace(TASK, limits=Limits(500.0, 2))) is not None


def test_a_half_written_file_is_ignored_and_replaced(journal, tmp_path):
    journal.remember(TASK, DONE)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"not a file of ours"):
        path.write_bytes(damaged)
        assert journal.recall(TASK) is None
    path.rename(path.with_suffix(".part.npz"))
    assert journal.recall(TASK) is None
    journal.remember(TASK, DONE)
    assert journal.recall(TASK) is not None


def test_a_file_of_another_version_is_ignored(journal, tmp_path):
    journal.remember(TASK, DONE)
    (path,) = tmp_path.iterdir()
    np.savez(path, predictions=DONE.predictions, facts=np.asarray('{"seconds": 1, "other": 2}'))
    assert journal.recall(TASK) is None


def test_without_a_folder_nothing_is_kept():
    nowhere = Journal(None, "data-1")
    nowhere.remember(TASK, DONE)
    assert nowhere.recall(TASK) is None


def test_numbers_that_are_not_finite_survive_as_missing(journal):
    journal.remember(TASK, replace(DONE, info={"curve": [np.float64(1.0), np.nan]}))
    assert journal.recall(TASK).info == {"curve": [1.0, None]}


@pytest.mark.parametrize(
    "change",
    [
        lambda d: replace(d, y=1 - d.y),
        lambda d: replace(d, problem=replace(d.problem, seed=1)),
        lambda d: replace(d, inputs=d.inputs + 1),
        lambda d: d.take(np.arange(100)),
        lambda d: replace(d, weight=np.linspace(0, 1, 120)),
    ],
    ids=["target", "seed", "inputs", "rows", "weight"],
)
def test_the_fingerprint_changes_with_what_is_learnt_from(change):
    data = numbers("binary", 120)
    assert fingerprint(data, "roc_auc") == fingerprint(numbers("binary", 120), "roc_auc")
    assert fingerprint(change(data), "roc_auc") != fingerprint(data, "roc_auc")
    assert fingerprint(data, "log_loss") != fingerprint(data, "roc_auc")


def test_images_have_a_fingerprint_too(tmp_path):
    data = numbers("binary", 120)
    images, others = (replace(data, inputs=Images(tmp_path / "a.npy", np.arange(120) + start)) for start in (0, 1))
    assert fingerprint(images, "roc_auc") != fingerprint(others, "roc_auc")


def test_digests_differ_by_every_part():
    parts = [("a",), ("a", "b"), ("b", "a"), (np.arange(3), "a"), (np.arange(3.0), "a"), ({"a": 1},), ({"a": 2},)]
    assert len({digest(*part) for part in parts}) == len(parts)


@pytest.mark.parametrize("made", [lambda d: fingerprint(d, "roc_auc"), lambda d: data_digest(d, [])])
def test_every_row_counts(made):
    data = numbers("binary", 3000)
    changed = data.inputs.copy()
    changed.iloc[1, 0] += 1

    assert made(replace(data, inputs=changed)) != made(data)
    assert made(replace(data, inputs=data.inputs.copy())) == made(data)


def test_the_digest_of_the_data_knows_files_and_groups_and_not_the_problem(tmp_path):
    data, file = numbers("binary", 120), tmp_path / "a.png"
    file.write_bytes(b"1")
    before = data_digest(data, [file, tmp_path / "missing"])

    assert data_digest(replace(data, problem=replace(data.problem, seed=1)), [file]) == before
    assert data_digest(replace(data, groups=np.arange(120)), [file]) != before
    file.write_bytes(b"12")
    assert data_digest(data, [file]) != before
