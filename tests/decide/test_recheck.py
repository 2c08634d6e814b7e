import numpy as np
import pytest

from automl.decide import recheck as module
from automl.decide.compare import verdict
from automl.decide.recheck import recheck
from automl.evaluate import metrics
from automl.evaluate.splits import SplitTable
from automl.evaluate.weights import resamples

MAE = metrics.get("mae", "regression")
AUC = metrics.get("roc_auc", "binary")


def guesses(y, errors, seed):
    return (y + np.random.default_rng(seed).normal(0, errors, len(y)))[:, None]


def test_many_lucky_trials_win_nothing():
    rng = np.random.default_rng(0)
    y = rng.normal(size=200)
    families = {
        "linear": {"only": guesses(y, 1.0, 1)},
        "trees": {str(i): guesses(y, 1.0, 100 + i) for i in range(30)},
    }
    naive = {name: min(MAE.loss(y, p) for p in trials.values()) for name, trials in families.items()}
    belief = recheck(MAE, y, families)
    linear, trees = belief.means
    assert naive["trees"] < trees - 0.02  # the curse, removed
    typical = np.mean([MAE.loss(y, p) for p in families["trees"].values()])
    assert abs(trees - typical) < 0.03 < typical - naive["trees"]
    assert abs(linear - MAE.loss(y, families["linear"]["only"])) < 0.02


def test_a_real_gain_is_still_shown():
    rng = np.random.default_rng(0)
    y = rng.normal(size=500)
    belief = recheck(
        MAE,
        y,
        {
            "baseline": {"mean": np.zeros((500, 1))},
            "linear": {"a": guesses(y, 0.5, 1), "b": guesses(y, 0.9, 2)},
            "trees": {"a": guesses(y, 0.3, 3)},
            "network": {},
        },
    )
    assert belief.families == ("baseline", "linear", "trees")
    result = verdict(belief)
    assert result.family == "trees"
    assert result.families["linear"].per_split == ()
    assert result.families["linear"].p_worse > 0.95


@pytest.mark.parametrize("groups", [None, np.arange(3000) // 3])
def test_many_rows_are_cut_and_the_seed_repeats(monkeypatch, groups):
    monkeypatch.setattr(module, "MOST_ROWS", 600)
    y = np.random.default_rng(0).normal(size=3000)
    families = {"linear": {"a": guesses(y, 1, 1)}, "trees": {"a": guesses(y, 0.5, 2)}}
    first = recheck(MAE, y, families, groups=groups, weight=np.ones(3000), seed=1)
    assert np.array_equal(first.draws, recheck(MAE, y, families, groups=groups, weight=np.ones(3000), seed=1).draws)
    spread = np.std(first.draws[:, 1])
    assert 0.5 < spread / (0.3 / np.sqrt(600) * 1.31) < 1.7


def test_splits_are_averaged_not_pooled():
    y = np.array([0, 1] * 100)
    y[:20] = 1
    splits = np.repeat([0, 1], 100)
    constant = np.where(splits == 0, 0.4, 0.6)
    families = {"baseline": {"prior": np.stack([1 - constant, constant], axis=1)}}
    assert recheck(AUC, y, families, splits=splits).means[0] == pytest.approx(0.5)
    assert recheck(AUC, y, families).means[0] > 0.51


def test_each_resample_chooses_and_the_rows_left_out_judge():
    rng = np.random.default_rng(0)
    y, splits, weight = rng.integers(0, 2, 80), np.arange(80) // 40, rng.random(80)
    trials = [[np.round(rng.dirichlet([2, 2], 80), 1) for _ in range(count)] for count in (1, 4)]
    families = {"linear": {"a": trials[0][0]}, "trees": {str(i): p for i, p in enumerate(trials[1])}}
    got = recheck(AUC, y, families, weight=weight, splits=splits, seed=3).draws
    times = np.concatenate(list(resamples(None, 80, module.DRAWS, np.random.default_rng(3))), axis=1)
    for drawn, losses in zip(times.T[:20], got, strict=False):
        for group, loss in zip(trials, losses, strict=True):
            table = SplitTable(AUC, y, group, splits)
            best = table((drawn * weight)[:, None])[:, 0].argmax()
            assert loss == pytest.approx(1 - table(((drawn == 0) * weight)[:, None])[best, 0])


def test_costly_metrics_are_rechecked_on_fewer_rows():
    few, many = (module._most_rows(metrics.get("roc_auc", "multiclass"), [np.ones((4000, 3))] * n) for n in (2, 400))
    assert (few, many) == (module.MOST_ROWS, 1666)
    assert module._most_rows(metrics.get("log_loss", "multiclass"), [np.ones((4000, 3))] * 100) == module.MOST_ROWS


def test_no_defined_loss_is_an_error():
    with pytest.raises(ValueError, match="no draw"):
        recheck(AUC, np.ones(20, dtype=int), {"baseline": {"prior": np.full((20, 2), 0.5)}})
