"""What published comparisons say of the families on data like these, before any of them is measured.

It is weak: of texts there is one rule of thumb, and from the shape of a table alone the winner is guessed with a
cross-validated AUC of 0.6 to 0.7. So every probability keeps within 0.18 and 0.82, and the whole counts as much as
eight splits would, never more than all splits together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.types import Column, FamilyName, Profile

PSEUDO_SPLITS = 8
"""Splits that the prior is worth at most: enough to lean on when little is measured, too few to overrule much."""
LIMIT = 1.5
"""Largest log-odds the prior may state either way: probabilities of 0.18 to 0.82."""
ROWS = (300, 10_000)
"""Training rows beyond these count as these: the published tables hardly reach further, and learning curves decide."""
RATIO = (0.5, 2.5)
"""Bounds of log10(rows / features): the middle nine tenths of the published tables."""
CENTRE = {"log10_rows": 3.0, "log10_rows_per_feature": 1.5, "log2_classes": 1.0}
"""Subtracted from the meta-features: an intercept is for 1,000 rows, 32 rows a feature, numbers only, two classes."""

COEFFICIENTS: dict[tuple[FamilyName, FamilyName], dict[str, float]] = {
    ("trees", "linear"): {
        "intercept": 0.78,
        "log10_rows": 0.64,
        "log10_rows_per_feature": 0.96,
        "log2_classes": 0.16,
    },
    ("network", "linear"): {
        "intercept": 0.56,
        "log10_rows": 0.01,
        "log10_rows_per_feature": 0.68,
        "log2_classes": 0.63,
    },
    ("network", "trees"): {
        "intercept": -0.09,
        "log10_rows": -1.36,
        "log10_rows_per_feature": 0.35,
        "log2_classes": 0.17,
        "categorical_share": -1.54,
    },
}
"""(family, over) -> log-odds that the family is better by more than r, per unit of the centred meta-features.

Fitted by benchmarks/prior.py on 91 of the 104 tables on which TabZilla's algorithms finished (McElfresh et al. 2023,
arXiv 2305.02997): tuned XGBoost, logistic regression, tuned ResNet; in accuracy. In this order the ten-fold
cross-validated AUC is 0.64, 0.68 and 0.72, the Brier skill over the base rate 0.05, 0.06 and 0.14. Its linear model saw
categories as integer codes, which says nothing of ours: so their share stands only where no linear model is concerned.
"""

LINEAR_BASE: dict[tuple[FamilyName, FamilyName], float] = {("trees", "linear"): 0.75, ("network", "linear"): 0.90}
"""Log-odds of the base rates (0.68 and 0.71) among the published tables, taken off for pairs with a linear model.

Theirs is a plain logistic regression on integer codes, ours has levels of its own for categories, splines and bins: how
often theirs loses says nothing of ours. On which tables it loses more or less often than on others still does.
"""
BETTER_NETWORKS = 0.4
"""Log-odds in favour of networks of our kind over the published ResNet, on tables at equal effort.

In TabArena the networks whose recipes ours follow (RealMLP, TabM) are level with boosting or ahead, at defaults as well
as tuned (Elo +13 to +77 against XGBoost's defaults: 0.52 to 0.61 of the tables); the project's notes lift the intercept
from -0.10 to +0.3 for them. TabArena v0.1, arXiv 2506.16791; table 11 of the TabLDM report.
"""
SHRINKAGE = 0.5
"""Share kept of a difference in Elo: 13 regression tables, each rating +-50, another pool of tables and opponents."""
REGRESSION_LIMIT = 0.5
"""Largest shift for regression, in log-odds."""
REGRESSION_ELO: dict[tuple[FamilyName, FamilyName], float] = {
    ("trees", "linear"): (1189 - 295) - (1209 - 856),
    ("network", "linear"): (1226 - 295) - (1222 - 856),
    ("network", "trees"): 248 - 128,
}
"""By how much more the family leads on TabArena's regression tables than on all its tables, in Elo.

XGBoost and RealMLP against the linear model at defaults; RealMLP against XGBoost tuned and ensembled. The published
results that `COEFFICIENTS` rest on are of classification only. Source: table 11 of the TabLDM report (TabArena).
"""
SKEWED = 2.0
"""Median |skew| of the numeric columns above which boosting is favoured."""
SKEW_SHIFT = -0.3
"""Log-odds for a network over trees then. Unverified: McElfresh et al. 2023 (arXiv 2305.02997) give the sign only.

They name heavy tails (kurtosis) beside it, which no profile holds.
"""

SEARCH: dict[FamilyName, float] = {"trees": 1.2, "network": -0.5}
"""Log-odds that a family's probe undersells it by, beside those of the linear model: what a search adds on tables.

Probes are compared with known-good settings and short schedules, the verdict is about searched models. By maximum
likelihood on 22 tables of benchmarks/truth.csv, two seeds (`python benchmarks/decision.py adds`), the odds that a
family came out as the simplest within r of the best after searches of a minute are exp(1.8) and exp(-0.8) times those
stated from probes; leaving out a table 1.6 to 2.1 and -1.3 to -0.6; Brier skill of the left-out tables over the prior
0.35, without 0.07. An earlier set of verdicts gave 1.6 and -0.8, of which three quarters stand here, for other
tables.
"""

SOURCE = "TabZilla: {tables} classification tables, accuracy of tuned XGBoost, logistic regression and tuned ResNet"
TABLES = 91

TEXT_RATIO = 1_500
"""Texts to learn from, per word of a text, from which Google's guide to text classification takes sequence models.

With fewer it takes n-grams and a linear model or dense layers (about 450,000 experiments on 12 sets of texts;
developers.google.com/machine-learning/guides/text-classification, step 2.5). It counts the median of words, of which
profiles hold the mean.
"""
TEXT_NETWORK = (0.3, 0.6)
"""P(a network is better by more than r than the linear model, and than trees) below `TEXT_RATIO`, and from there on.

The guide gives the direction alone: these sizes are ours and unverified. Its sequence models are some of the networks
here; the first one tried is a bag of words and pairs. Of trees beside linear models on texts nothing usable is known.
"""
TEXT_SOURCE = (
    "Google's guide to text classification: {few} than 1,500 texts per word of a text favour {what}; a rule of thumb "
    "that gives the direction alone, its size here is a guess; of trees beside linear models it says nothing"
)


@dataclass(frozen=True)
class Prior:
    """`evidence.prior` of decision.json.

    Attributes:
        trees_over_linear, network_over_linear, network_over_trees: P(the first is better by more than r).
        weight: of these log-odds beside those of the splits, 0 to 1.
        features: what was read off the data: name -> number, as in the published fit but not centred.
        source: what it rests on, one sentence.
        search: family -> log-odds beside the linear model's that a search is still to add, see `SEARCH`; no weight.
    """

    trees_over_linear: float
    network_over_linear: float
    network_over_trees: float
    weight: float
    features: dict[str, float]
    source: str
    search: dict[FamilyName, float] = field(default_factory=dict)


def prior(profile: Profile, rows: int, splits: int) -> Prior | None:
    """The prior for this data, or None where nothing comparable is published with a number to rest on.

    That is images (small-scale comparisons of networks with trees on hand-made features give no rates), tables with
    images among their columns, and of free text alone regression and what a pretrained network reads.

    Args:
        profile: gives modality, task, classes and columns.
        rows: training rows of a split.
        splits: splits measured, which the prior is weighed against.
    """
    columns = profile.features
    kinds = {column.kind for column in columns}
    if kinds == {"text"}:
        return _of_texts(profile, rows, splits)
    if profile.modality.value != "table" or "image" in kinds or not kinds:
        return None
    classes = len(profile.classes) if profile.task.value != "regression" else 2
    features = meta_features(rows, len(columns), sum(map(_is_categorical, columns)), max(classes, 2))
    features["skewed"] = float(_median_skew(columns) > SKEWED)
    features["regression"] = float(profile.task.value == "regression")
    stated = {pair: round(_probability(log_odds(*pair, features)), 4) for pair in COEFFICIENTS}
    return Prior(
        trees_over_linear=stated["trees", "linear"],
        network_over_linear=stated["network", "linear"],
        network_over_trees=stated["network", "trees"],
        weight=_weight(splits),
        features=features,
        source=_source(features),
        search=dict(SEARCH),
    )


def _of_texts(profile: Profile, rows: int, splits: int) -> Prior | None:
    """The prior for texts alone; None where the guide does not speak of them, or their words were not counted."""
    counted = all("mean_words" in column.stats for column in profile.features)
    if profile.task.value == "regression" or profile.media.get("backbone") or not counted:
        return None
    a_text = max(sum(float(column.stats["mean_words"]) for column in profile.features), 1.0)
    many = rows / a_text >= TEXT_RATIO
    few, what = ("no fewer", "networks that read words in their order") if many else ("fewer", "n-grams")
    return Prior(
        trees_over_linear=0.5,
        network_over_linear=TEXT_NETWORK[many],
        network_over_trees=TEXT_NETWORK[many],
        weight=_weight(splits),
        features={"rows": float(rows), "mean_words": a_text, "rows_per_word": rows / a_text},
        source=TEXT_SOURCE.format(few=few, what=what),
    )


def _weight(splits: int) -> float:
    """Of a prior that is worth `PSEUDO_SPLITS` splits beside so many measured."""
    return min(1.0, PSEUDO_SPLITS / max(splits, 1))


def searched(prior: Prior | None, families: Iterable[FamilyName]) -> Prior | None:
    """The prior for figures of these families after a search: it adds nothing to them any more."""
    return None if prior is None else replace(prior, search={**prior.search, **dict.fromkeys(families, 0.0)})


def shift(prior: Prior | None, family: FamilyName, over: FamilyName) -> float:
    """Log-odds to add to those of 'family is better than over by more than r'; 0.0 where the prior is silent.

    The weight is in it, and what a search is still to add. A pair turned around gets the opposite sign.
    """
    if prior is None:
        return 0.0
    stated = {
        ("trees", "linear"): prior.trees_over_linear,
        ("network", "linear"): prior.network_over_linear,
        ("network", "trees"): prior.network_over_trees,
    }
    if (over, family) in stated:
        return -shift(prior, over, family)
    if (family, over) not in stated:
        return 0.0
    chance = stated[family, over]
    search = prior.search.get(family, 0.0) - prior.search.get(over, 0.0)
    return prior.weight * math.log(chance / (1 - chance)) + search


def meta_features(rows: int, features: int, categorical: int, classes: int) -> dict[str, float]:
    """Meta-features as the published fit and this prior both use them, not centred.

    Args:
        rows: training rows.
        features, categorical: columns a model sees, and those of them that are categories.
        classes: 2 for regression.
    """
    low, high = ROWS
    ratio = math.log10(max(rows, 1) / features)
    return {
        "log10_rows": math.log10(min(max(rows, low), high)),
        "log10_rows_per_feature": min(max(ratio, RATIO[0]), RATIO[1]),
        "categorical_share": categorical / features,
        "log2_classes": math.log2(classes),
    }


def log_odds(family: FamilyName, over: FamilyName, features: dict[str, float]) -> float:
    """Log-odds that `family` is better than `over` by more than r, within +-`LIMIT`.

    Args:
        family, over: a key of `COEFFICIENTS`.
        features: of `meta_features`, with 'skewed' and 'regression', each 0 or 1.
    """
    fitted = COEFFICIENTS[family, over]
    total = fitted["intercept"] - LINEAR_BASE.get((family, over), 0.0)
    total += sum(b * (features[name] - CENTRE.get(name, 0.0)) for name, b in fitted.items() if name != "intercept")
    if family == "network":
        total += BETTER_NETWORKS
    if (family, over) == ("network", "trees"):
        total += SKEW_SHIFT * features["skewed"]
    total += regression_shift(family, over) * features["regression"]
    return min(max(total, -LIMIT), LIMIT)


def regression_shift(family: FamilyName, over: FamilyName) -> float:
    """Log-odds added for regression: half the difference in Elo, as odds of 10 ** (Elo / 400), within the limit."""
    shrunk = SHRINKAGE * REGRESSION_ELO[family, over] * math.log(10) / 400
    return min(max(shrunk, -REGRESSION_LIMIT), REGRESSION_LIMIT)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _is_categorical(column: Column) -> bool:
    """True for what the published tables declare nominal: categories and yes/no, but not 0/1 kept as numbers."""
    if column.kind == "boolean":
        return not all(_is_number(level) for level in column.levels)
    return column.kind == "category"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _median_skew(columns: tuple[Column, ...]) -> float:
    """Median |skew| of the numeric columns; 0.0 without one."""
    skews = sorted(abs(c.stats.get("skew") or 0.0) for c in columns if c.kind == "number")
    if not skews:
        return 0.0
    middle = len(skews) // 2
    return float(skews[middle] if len(skews) % 2 else (skews[middle - 1] + skews[middle]) / 2)


def _source(features: dict[str, float]) -> str:
    text = SOURCE.format(tables=TABLES) + "; networks moved up by TabArena's ratings of recipes like ours"
    return text + ("; regression by TabArena's ratings" if features["regression"] else "")
