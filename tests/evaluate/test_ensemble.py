from dataclasses import replace

import numpy as np
import pytest

from automl.evaluate import metrics
from automl.evaluate.ensemble import MOST, Pool, ensemble, greedy
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

RNG = np.random.default_rng(0)
Y = RNG.normal(size=400)


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch)


def pool(*predictions, metric="rmse", task="regression", y=Y):
    stacked = np.stack(predictions).astype(float)
    stacked = stacked[..., None] if stacked.ndim == 2 else stacked
    return Pool(metrics.get(metric, task), y, None, np.arange(len(y)), np.arange(len(y)) % 5, stacked)


def weights(*predictions, **how):
    mixed = pool(*predictions, **how)
    return greedy(mixed, np.arange(len(mixed.y)))


def test_independent_errors_share_the_weight():
    noise = RNG.normal(size=(2, 400))
    given = weights(Y + noise[0], Y + noise[1])
    assert given.sum() == pytest.approx(1)
    assert abs(given[0] - 0.5) < 0.1


def test_a_useless_candidate_gets_nothing():
    assert weights(Y + 0.1 * RNG.normal(size=400), RNG.normal(size=400) * 5)[1] == 0


def test_twins_do_not_both_become_members():
    twin = Y + RNG.normal(size=400)
    assert sorted(weights(twin, twin)) == [0, 1]


def test_the_best_prefix_is_kept():
    exact, biased = Y.copy(), Y + 1
    assert list(weights(exact, biased)) == [1, 0]


def test_an_undefined_loss_gives_equal_weights():
    y = np.zeros(50, int)
    ones = np.full((50, 2), 0.5)
    assert list(weights(ones, ones, metric="roc_auc", task="binary", y=y)) == [0.5, 0.5]


def test_a_configuration_that_was_fitted_for_longer_too_enters_once():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    other = judged(cv, "linear", 1.0)
    twin = replace(other, name="linear-1", fits=judged(cv, "trees", 1.0).fits)
    assert [c.name for c, _ in ensemble(cv, [other, replace(twin, params={"error": 1.1})]).members] == [
        "linear-0",
        "linear-1",
    ]
    assert ensemble(cv, [other, twin]) is None


def test_the_ensemble_is_a_candidate_with_honest_predictions():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    members = [judged(cv, "linear"), judged(cv, "trees")]
    blended = ensemble(cv, members)
    assert blended.family == blended.name == "ensemble"
    assert sum(weight for _, weight in blended.members) == pytest.approx(1)
    assert sorted(blended.losses) == [0, 1, 2, 3, 4]
    for split, loss in blended.losses.items():
        rows = cv.splits[split].check
        assert loss == pytest.approx(cv.metric.loss(cv.dataset.y[rows], blended.fits[split].predictions))
        assert loss < min(m.losses[split] for m in members)


def test_weights_of_a_split_never_saw_its_rows():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    members = [judged(cv, "linear"), judged(cv, "trees", 2.0)]
    members[1].fits[0].predictions[:] = cv.dataset.y[cv.splits[0].check, None]  # perfect on the rows of one split
    blended = ensemble(cv, members)
    others = np.concatenate([cv.splits[s].check for s in (1, 2, 3, 4)])
    stacked = [np.concatenate([c.fits[s].predictions for s in (1, 2, 3, 4)]) for c in members]
    honest = weights(*stacked, y=cv.dataset.y[others])
    expected = sum(w * c.fits[0].predictions for w, c in zip(honest, members, strict=True))
    assert np.allclose(blended.fits[0].predictions, expected, atol=1e-5)
    assert {c.name: w for c, w in blended.members}["trees-0"] > honest[1]


def test_one_candidate_is_no_ensemble():
    cv = fake_cv()
    assert ensemble(cv, [judged(cv, "linear")]) is None
    assert ensemble(cv, []) is None


def test_what_misses_splits_does_not_enter_when_the_others_have_more_rows():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    few = judged(cv, "network", 0.1, splits=[0])
    blended = ensemble(cv, [judged(cv, "linear"), judged(cv, "trees"), few])
    assert "network-0" not in {member.name for member, _ in blended.members}


def test_with_many_rows_a_split_the_candidates_share_is_enough():
    cv = fake_cv(numbers("regression", 6000), repeats=1)
    few = judged(cv, "network", 0.5, splits=[0])
    blended = ensemble(cv, [judged(cv, "linear"), judged(cv, "trees"), few])
    assert "network-0" in {member.name for member, _ in blended.members}
    assert sorted(blended.losses) == [0]


def test_few_of_a_family_enter():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    many = [judged(cv, "trees", 1 + 0.01 * i) for i in range(MOST + 3)]
    blended = ensemble(cv, [*many, judged(cv, "linear", 2.0)])
    assert {c.name for c, _ in blended.members} <= {c.name for c in many[:MOST]} | {"linear-0"}


def test_classes_and_weights():
    data = numbers("binary", 400)
    data = data.__class__(data.problem, data.inputs, data.y, weight=RNG.random(400))
    cv = fake_cv(data, repeats=1)
    blended = ensemble(cv, [judged(cv, "linear"), judged(cv, "trees")])
    total = np.concatenate([fit.predictions for fit in blended.fits.values()]).sum(axis=1)
    assert np.allclose(total, 1, atol=1e-5)


def test_a_weak_candidate_of_few_splits_does_not_cost_the_others_their_rows():
    cv = fake_cv(numbers("regression", 6000), repeats=1)
    strong = [judged(cv, name, error) for name, error in (("linear", 0.5), ("trees", 0.5), ("trees", 0.6))]
    weak = judged(cv, "network", 3.0, splits=[0])
    blended = ensemble(cv, [*strong, weak])
    assert sorted(blended.losses) == [0, 1, 2, 3, 4]
    assert "network-0" not in {member.name for member, _ in blended.members}


def test_the_lightest_are_left_out_until_all_members_can_be_fitted_in_time():
    cv = fake_cv(numbers("regression", 400), repeats=1)
    made = [judged(cv, name, error) for name, error in (("linear", 1.0), ("trees", 1.0), ("network", 1.4))]
    every = {c.name: w for c, w in ensemble(cv, made).members}
    assert len(every) == 3
    fewer = {c.name: w for c, w in ensemble(cv, made, affordable=lambda members: len(members) < 3).members}
    assert set(fewer) == set(every) - {min(every, key=every.get)}
    assert sum(fewer.values()) == pytest.approx(1)
    (only,) = ensemble(cv, made, fewest=1, affordable=lambda _: False).members
    assert only[1] == 1.0
