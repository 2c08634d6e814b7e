import pytest

from automl.decide import words
from automl.decide.posterior import Pair
from automl.evaluate import metrics

AUC = metrics.get("roc_auc", "binary")


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [
        (0.02, 0.01, 0.03, "trees beat linear by 0.02 ROC AUC (95 % 0.01 to 0.03)"),
        (0.02, -0.01, 0.05, "trees are ahead of linear by 0.02 ROC AUC (95 % -0.01 to 0.05)"),
        (-0.02, -0.05, 0.01, "trees are behind linear by 0.02 ROC AUC (gain 95 % -0.05 to 0.01)"),
        (0.0, -0.03, 0.03, "trees are level with linear (gain 95 % -0.03 to 0.03)"),
        (-0.0, -0.0, -0.0, "trees are level with linear (gain 95 % 0 to 0)"),
    ],
)
def test_a_gain_in_words(mean, low, high, said):
    assert words.gain(AUC, "trees", "linear", Pair(mean, low, high, 0.5, 0.3, 0.2)) == said


@pytest.mark.parametrize(
    ("value", "width", "printed"),
    [(0.12345, 0.02, "0.12"), (-0.0, 0.0, "0"), (0.0, 0.0, "0"), (-1e-9, 0.1, "0.00"), (12345.6, 200.0, "12,346")],
)
def test_numbers_have_the_digits_that_the_data_support(value, width, printed):
    assert words.number(value, width) == printed
