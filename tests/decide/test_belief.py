from dataclasses import replace

import numpy as np
import pytest

from automl.decide.belief import belief, folds_of, overlap
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def candidates(cv, **splits):
    """family=(error, splits) each."""
    return {family: judged(cv, family, error, number) for family, (error, number) in splits.items()}


def test_common_splits_are_compared_with_the_correlation_of_overlapping_rows():
    cv = fake_cv(folds=5, repeats=2)
    found = candidates(cv, baseline=(1, range(10)), linear=(0.5, range(10)), trees=(0.4, range(10)))
    posterior, method = belief(cv, found)
    assert method == "correlated t over 10 splits"
    assert posterior.families == ("baseline", "linear", "trees")
    assert posterior.losses.shape == (10, 3)
    assert posterior.factor == pytest.approx(1 / 10 + 20 / 80)
    np.testing.assert_allclose(posterior.means, [c.loss() for c in found.values()])


def test_splits_that_only_some_have_are_left_out_of_a_common_comparison():
    cv = fake_cv(folds=5, repeats=2)
    found = candidates(cv, linear=(0.5, range(10)), trees=(0.4, range(6)))
    posterior, method = belief(cv, found)
    assert method == "correlated t over 6 splits"
    assert posterior.means[0] == pytest.approx(found["linear"].loss(list(range(6))))


def test_a_family_of_one_split_is_chained_to_the_best_of_the_others():
    cv = fake_cv(numbers("regression", 300), folds=5, repeats=1)
    found = candidates(cv, baseline=(1, range(5)), linear=(0.6, range(5)), trees=(0.3, range(5)), network=(0.1, [0]))
    posterior, method = belief(cv, found)
    assert method == "correlated t over 5 splits; network against trees by a bootstrap of the rows of 1 split"
    assert posterior.families == ("baseline", "linear", "trees", "network")
    gap = found["network"].losses[0] - found["trees"].losses[0]
    assert posterior.means[3] == pytest.approx(posterior.means[2] + gap)
    assert posterior.p_gain("network", "trees", posterior.r) > 0.9
    assert posterior.draws.shape[1] == 4
    spread = np.std(posterior.draws[:, 3] - posterior.draws[:, 2])
    whole, _ = belief(cv, candidates(cv, trees=(0.3, range(5)), network=(0.1, range(5))))
    assert spread > np.std(whole.draws[:, 1] - whole.draws[:, 0])


def test_a_network_that_is_worse_on_its_one_split_is_worse():
    cv = fake_cv(numbers("regression", 300), folds=5, repeats=1)
    found = candidates(cv, baseline=(1, range(5)), trees=(0.3, range(5)), network=(1.5, [0]))
    posterior, _ = belief(cv, found)
    assert posterior.p_gain("trees", "network", posterior.r) > 0.95
    assert posterior.probabilities()["network"] < 0.01


@pytest.mark.parametrize(("splits", "text"), [([0], "1 split"), ([0, 1], "2 splits")])
def test_few_splits_are_judged_by_their_rows(splits, text):
    cv = fake_cv(numbers("regression", 300), folds=5, repeats=1)
    found = candidates(cv, baseline=(1, splits), linear=(0.3, splits))
    posterior, method = belief(cv, found)
    assert method == f"bootstrap of the rows of {text}"
    assert posterior.losses.shape == (0, 2)
    assert posterior.p_gain("linear", "baseline", posterior.r) > 0.99
    np.testing.assert_allclose(posterior.means, [c.loss() for c in found.values()])


def test_rows_that_overlap_widen_the_bootstrap():
    cv = fake_cv(numbers("regression", 300), folds=5, repeats=1)
    found = candidates(cv, linear=(0.5, [0]), trees=(0.4, [0]))
    narrow = [replace(s, train=np.tile(s.train, 10)) for s in cv.splits]
    first, _ = belief(cv, found)
    cv.splits = narrow
    second, _ = belief(cv, found)
    assert np.std(first.draws[:, 0]) > 1.05 * np.std(second.draws[:, 0])


def test_groups_are_resampled_whole():
    data = numbers("regression", 300)
    cv = fake_cv(data, folds=5, repeats=1)
    found = candidates(cv, linear=(0.5, [0]), trees=(0.4, [0]))
    alone, _ = belief(cv, found)
    cv.dataset = replace(data, groups=np.argsort(np.argsort(data.y - data.inputs["x0"].to_numpy())) // 60)
    grouped, _ = belief(cv, found)
    assert not np.allclose(np.std(alone.draws, axis=0), np.std(grouped.draws, axis=0), rtol=0.05)


def test_the_seed_repeats():
    cv = fake_cv(numbers("regression", 300), folds=5, repeats=1)
    found = candidates(cv, baseline=(1, range(5)), trees=(0.3, range(5)), network=(0.3, [0, 1]))
    (first, _), (again, _) = belief(cv, found), belief(cv, found)
    assert np.array_equal(first.draws, again.draws)


def test_one_family_alone_has_a_posterior():
    cv = fake_cv()
    posterior, _ = belief(cv, candidates(cv, baseline=(1, range(10))))
    assert posterior.probabilities()["baseline"] == 1.0
    assert posterior.r == 0.0


def test_the_shape_of_the_plan():
    cv = fake_cv(folds=5, repeats=2)
    assert folds_of(cv) == 5
    assert overlap(cv) == pytest.approx(0.25)
