import pytest

from automl.decide import words
from automl.decide.posterior import Pair
from automl.evaluate import metrics

AUC = metrics.get("roc_auc", "binary")


@pytest.mark.parametrize(
    ("mean", "low", "high", "said"),
    [
        (0.02, 0.01, 0.03, "trees beat linear by 0.02 ROC AUC (95 % 0.01 to 0.03)"),
        (0.02, -0.01, 0.05, "trees are ahead of linear by 0.02 ROC AUC (95 % \N{MINUS SIGN}0.01 to 0.05)"),
        (-0.02, -0.05, 0.01, "trees are behind linear by 0.02 ROC AUC (gain 95 % \N{MINUS SIGN}0.05 to 0.01)"),
        (0.0, -0.03, 0.03, "trees are level with linear (gain 95 % \N{MINUS SIGN}0.03 to 0.03)"),
        (-0.0, -0.0, -0.0, "trees are level with linear (gain 95 % 0 to 0)"),
    ],
)
def test_a_gain_in_words(mean, low, high, said):
    assert words.gain(AUC, "trees", "linear", Pair(mean, low, high, 0.5, 0.3, 0.2)) == said


def test_what_may_yet_be_better_does_not_contradict_that_the_named_is_enough():
    assert words.undecided(AUC, "linear", "trees", Pair(0.01, -0.03, 0.05, 0.35, 0.3, 0.35)) == (
        "Trees may yet be better than linear: with probability 0.35 by more than what counts as practically equal (r). "
        "The gain in ROC AUC lies between \N{MINUS SIGN}0.03 and 0.05 (95 %)."
    )


@pytest.mark.parametrize(
    ("value", "width", "printed"),
    [
        (2.34e-8, 4e-9, "2.3e-08"), (-2.34e-8, 4e-9, "\N{MINUS SIGN}2.3e-08"), (0.5, 1e-9, "0.500000"),
        (1e-10, 4e-9, "0"),
        (0.12345, 0.02, "0.12"), (-0.0, 0.0, "0"), (0.0, 0.0, "0"), (-1e-9, 0.1, "0.00"), (12345.6, 200.0, "12,346"),
        (-46.0, 2.0, "\N{MINUS SIGN}46"),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_that_the_data_support(value, width, printed):
    assert words.number(value, width) == printed


PAIRS = {
    "linear": Pair(0.004, -0.02, 0.03, 0.45, 0.1, 0.45),
    "trees": Pair(0, 0, 0, 0, 1, 0),
    "network": Pair(-0.002, -0.03, 0.02, 0.4, 0.1, 0.5),
}


@pytest.mark.parametrize(
    ("named", "how", "said"),
    [
        (
            "trees",
            {"counted": "published results and what a search adds"},
            (
                "Trees are the best bet: linear is ahead of trees by 0.00 ROC AUC (95 % \N{MINUS SIGN}0.02 to 0.03), "
                "but counting published results and what a search adds, trees are likelier to be good enough."
            ),
        ),
        (
            "trees",
            {},
            (
                "Trees are the best bet: linear is ahead of trees by 0.00 ROC AUC (95 % \N{MINUS SIGN}0.02 to 0.03), "
                "but trees are likelier to be good enough."
            ),
        ),
        (
            "trees",
            {"enough": False},
            "Trees are the best bet: which family is best is open, and they are the likeliest to be good enough.",
        ),
    ],
)
def test_a_verdict_that_the_measured_means_do_not_carry(named, how, said):
    assert words.sentence(AUC, named, PAIRS, 0.003, 0.98, **how) == said


@pytest.mark.parametrize(
    ("high", "said"), [(-0.001, "The network is needed: the network beats"), (0.01, "The network is the best bet: the")]
)
def test_the_richest_family_is_needed_where_it_is_shown(high, said):
    pairs = {"linear": Pair(-0.02, -0.04, high, 0.1, 0.1, 0.8), "network": Pair(0, 0, 0, 0, 1, 0)}

    assert words.sentence(AUC, "network", pairs, 0.003, 0.98).startswith(said)
