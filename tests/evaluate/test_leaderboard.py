from dataclasses import replace

import numpy as np
import pytest

from automl.evaluate.leaderboard import best_by_family, best_of, leaderboard
from automl.families.base import FitFailed
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def failed(cv):
    candidate = cv.candidate("network", {})
    cv.here.trouble = lambda _task: (_ for _ in ()).throw(FitFailed("diverged"))
    assert not cv.judge(candidate, 0)
    return candidate


@pytest.mark.parametrize(("task", "better"), [("regression", -1), ("binary", 1)])
def test_best_first_failed_last_and_differences_in_natural_sign(task, better):
    cv = fake_cv(numbers(task, 200))
    worst, best, middle = (judged(cv, "trees", e) for e in (2.0, 0.2, 0.6))
    gone = failed(cv)
    lines = leaderboard(cv, [worst, gone, best, middle], best, 0)
    assert [line.candidate for line in lines] == [best, middle, worst, gone]
    assert lines[3].validation is lines[3].difference is None
    assert lines[0].difference.value == lines[0].difference.low == lines[0].difference.high == 0
    for line in lines[1:3]:
        gap = line.difference
        assert gap.low <= gap.value <= gap.high
        assert (gap.value < 0) == (better > 0)
        expected = line.validation.value - lines[0].validation.value
        assert gap.value == pytest.approx(expected)
    assert abs(lines[2].difference.value) > abs(lines[1].difference.value)


def test_the_figure_is_the_mean_over_the_splits():
    cv = fake_cv()
    candidate = judged(cv, "trees", 0.5)
    (line,) = leaderboard(cv, [candidate], candidate, 0)
    assert line.validation.value == pytest.approx(np.mean(list(candidate.losses.values())))
    assert line.validation.low < line.validation.value < line.validation.high


def test_candidates_of_fewer_splits_are_compared_on_those_both_have():
    cv = fake_cv()
    best, few = judged(cv, "linear", 0.5), judged(cv, "trees", 0.8, splits=[0, 1])
    lines = leaderboard(cv, [best, few], best, 0)
    gap = few.loss([0, 1]) - best.loss([0, 1])
    assert lines[1].difference.value == pytest.approx(gap)


def test_candidates_without_a_common_split_have_no_difference():
    cv = fake_cv()
    best, other = judged(cv, "linear", 0.5, splits=[0]), judged(cv, "trees", 0.8, splits=[3])
    lines = leaderboard(cv, [other, best], best, 0)
    assert [line.candidate for line in lines] == [best, other]
    assert lines[1].difference is None
    assert lines[1].validation is not None


def test_the_seed_repeats():
    cv = fake_cv()
    both = [judged(cv, "linear", 0.5), judged(cv, "trees", 0.6)]
    first, again = (leaderboard(cv, both, both[0], 3) for _ in range(2))
    assert first == again


def test_groups_widen_the_interval():
    groups = np.arange(200) // 20
    data = numbers("regression", 200)
    shifted = replace(data, y=data.y + 0.0)
    widths = []
    for part in (shifted, replace(shifted, groups=groups)):
        cv = fake_cv(part)
        cv.here.predictions = lambda dataset, task: (dataset.y + (task.predict.size > 0) * _by_group(groups, dataset))[
            task.predict, None
        ].astype(np.float32)
        (line,) = leaderboard(cv, [c := judged(cv, "trees")], c, 0)
        widths.append(line.validation.high - line.validation.low)
    assert widths[1] > 1.5 * widths[0]


def _by_group(groups, dataset):
    return np.random.default_rng(0).normal(size=10)[groups]


def test_the_best_has_the_lowest_loss_where_all_were_judged():
    cv = fake_cv()
    everywhere = judged(cv, "linear", 0.5)
    lucky = judged(cv, "trees", 0.5, splits=[0])
    lucky.losses[0] = everywhere.losses[0] + 0.01
    everywhere.losses[1] = 50.0
    assert best_of([lucky, everywhere]) is everywhere
    assert best_of([everywhere, failed(cv)]) is everywhere


def test_a_family_judged_on_one_split_does_not_decide_between_those_of_another():
    cv = fake_cv()
    steady, lucky, network = (
        judged(cv, "linear", 0.5),
        judged(cv, "linear", 0.5),
        judged(cv, "network", 9.0, splits=[0]),
    )
    lucky.losses = {split: loss + (-0.01 if split == 0 else 1.0) for split, loss in steady.losses.items()}
    assert best_by_family([lucky, failed(cv), steady, network]) == [steady, network]
    assert best_of(best_by_family([lucky, steady, network])) is steady


def test_ties_go_to_the_earlier_candidate():
    cv = fake_cv()
    first, second = judged(cv, "trees", 0.5), judged(cv, "trees", 0.5)
    assert best_of([first, second]) is first
    assert best_of([second, first]) is second


def test_without_a_common_split_the_own_means_decide():
    cv = fake_cv()
    a, b = judged(cv, "linear", 2.0, splits=[0]), judged(cv, "trees", 0.3, splits=[1])
    assert best_of([a, b]) is b


def test_one_candidate_of_few_splits_does_not_decide_between_the_others():
    cv = fake_cv()
    steady, lucky, few = judged(cv, "trees", 0.5), judged(cv, "trees", 0.5), judged(cv, "network", 3.0, splits=[0])
    lucky.losses = {split: loss + (-0.1 if split == 0 else 0.1) for split, loss in lucky.losses.items()}
    assert best_of([steady, lucky, few]) is steady


def test_where_each_is_beaten_the_splits_of_all_decide():
    cv = fake_cv()
    a, b, c = (judged(cv, "trees", 0.5, splits=[0]) for _ in range(3))
    a.losses, b.losses, c.losses = {0: 0.2, 1: 0.0, 2: 9.0}, {0: 0.3, 1: 1.0, 3: 0.0}, {0: 0.4, 2: 1.0, 3: 9.0}
    assert best_of([c, b, a]) is a
