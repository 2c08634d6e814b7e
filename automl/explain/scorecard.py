"""A model as a table of points: what each value of each column adds to the prediction, exactly.

Linear models and additive stumps (boosted trees of depth one) are sums over columns; the card lists what is summed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from automl.encode.table import LinearTable, TreeTable
from automl.families.transform import PRINTABLE, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automl.data.dataset import Array
    from automl.encode.parts import PartsEncoder
    from automl.types import Column, Problem

Link = Literal["identity", "log", "logit", "softmax"]
TYPICAL = 2.0
"""Standard deviations on either side of the mean between which the spread of a straight line is taken."""


class NotPrintable(Exception):  # noqa: N818 (an answer, not an error of the user's)
    """The model is not a sum over columns; the message says why."""


@dataclass(frozen=True)
class Piece:
    """Points of a number in one interval: a + b t + c t^2 + d t^3 with t = number - origin.

    Attributes:
        low, high: the interval, `low` included; None where it has no end.
        powers: (a, b, c, d).
    """

    low: float | None
    high: float | None
    origin: float
    powers: tuple[float, ...]


@dataclass(frozen=True)
class Level:
    """Points of one label."""

    label: str
    points: float


@dataclass(frozen=True)
class Term:
    """What one column, or one part of a date or text column, adds.

    Attributes:
        column: of the user's data.
        part: '' for the column itself, else the part: 'month_sin'.
        kind: 'number', 'category' or 'boolean'.
        missing: points of an empty cell, and of a label that has no level here.
        spread: largest minus smallest points over typical values.
    """

    column: str
    part: str
    kind: str
    missing: float
    spread: float
    pieces: tuple[Piece, ...] = ()
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Card:
    """One sum: `intercept` plus the points of every term; terms that never add anything are left out.

    Attributes:
        label: the class whose log odds (two classes) or score (more) it gives; '' for regression.
    """

    label: str
    intercept: float
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Scorecard:
    """A whole model.

    Attributes:
        link: how sums become predictions: 'identity'; 'log', turned back by `transform`; 'logit' gives the probability
            of the second class; 'softmax' of each class.
        classes: labels, in the order of their probabilities; empty for regression.
        cards: one, or one a class for three classes and more.
        transform: state of the target's transform with 'log', else empty.
    """

    link: Link
    classes: tuple[str, ...]
    cards: tuple[Card, ...]
    transform: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Block:
    """A term of all cards at once.

    Attributes:
        knots: (m,) of a number.
        powers: (m + 1, 4, k) for a number.
        origins: (m + 1,).
        points: (levels, k) for labels.
        missing: (k,).
        between: numbers over which the spread is taken.
    """

    column: str
    part: str
    kind: str
    missing: Array
    knots: Array = field(default_factory=lambda: np.zeros(0))
    origins: Array = field(default_factory=lambda: np.zeros(1))
    powers: Array | None = None
    labels: tuple[str, ...] = ()
    points: Array | None = None
    between: Array = field(default_factory=lambda: np.zeros(0))


def scorecard(model: Any) -> Scorecard:
    """The card of a linear model or of additive stumps.

    Raises:
        NotPrintable: another kind of model, images, trees that are deeper than one split, or a target whose transform
            has no short formula.
    """
    features = getattr(model, "features", None)
    if model.family == "linear" and isinstance(features, LinearTable):
        intercept, blocks = np.asarray(model.intercept, float), list(_linear_blocks(model))
    elif model.family == "trees" and isinstance(features, TreeTable) and hasattr(model, "booster"):
        intercept, blocks = _stump_blocks(model)
    else:
        raise NotPrintable("only linear models and additive stumps on tables are sums over columns")
    if model.transform.kind not in PRINTABLE:
        raise NotPrintable(f"no card turns back a {WORDS[model.transform.kind]}")
    problem: Problem = model.problem
    labels = problem.classes[1:] if problem.task == "binary" else problem.classes or ("",)
    cards = tuple(
        Card(label, float(intercept[k]), tuple(term for block in blocks if (term := _term(block, k)) is not None))
        for k, label in enumerate(labels)
    )
    transform = model.transform.state() if model.transform.kind != "plain" else {}
    links: dict[str, Link] = {"binary": "logit", "multiclass": "softmax"}
    link = links.get(problem.task, "log" if transform else "identity")
    return Scorecard(link, problem.classes, cards, transform)


def _term(block: _Block, k: int) -> Term | None:
    """One class' share of a block, or None when it adds nothing."""
    missing = float(block.missing[k])
    if block.powers is None:
        points = np.asarray(block.points)[:, k]
        if not points.any() and not missing:
            return None
        levels = tuple(Level(label, float(p)) for label, p in zip(block.labels, points, strict=True))
        spread = float(np.ptp(np.append(points, missing)))
        return Term(block.column, block.part, block.kind, missing, spread, levels=levels)
    powers = block.powers[:, :, k]
    if not powers.any() and not missing:
        return None
    ends = [None, *block.knots.tolist(), None]
    pieces = tuple(
        Piece(ends[i], ends[i + 1], float(block.origins[i]), tuple(powers[i].tolist())) for i in range(len(powers))
    )
    intervals = np.searchsorted(block.knots, block.between, side="right")
    distance = block.between - block.origins[intervals]
    values = sum(powers[intervals, p] * distance**p for p in range(4))
    return Term(block.column, block.part, block.kind, missing, float(np.ptp(values)), pieces)


def _linear_blocks(model: Any) -> Iterator[_Block]:
    """Blocks of a linear model, in the order of its matrix: numbers, then what is marked missing, then categories."""
    table: LinearTable = model.features
    coefficients: Array = np.asarray(model.coefficients, float)
    functions = table.functions if table.functions is not None else table.lines()
    ends = np.cumsum([function.width for function in functions], dtype=int)
    marks = dict(zip(table.marked.tolist(), coefficients[ends[-1] if len(ends) else 0 :], strict=False))
    zero = np.zeros(coefficients.shape[1])
    for i, (place, function) in enumerate(zip(_places(model.problem, table.parts), functions, strict=True)):
        own = coefficients[ends[i] - function.width : ends[i]]
        missing = function(table.fill[i : i + 1])[0] @ own + marks.get(i, zero)
        column, part = place
        if column.kind == "boolean":
            positions = np.arange(len(column.levels), dtype=float)
            yield _Block(column.name, "", "boolean", missing, labels=column.levels, points=function(positions) @ own)
        else:
            between = table.mean[i] + TYPICAL * table.scale[i] * np.array([-1.0, 1.0])
            yield _Block(
                column.name, part, "number", missing, function.knots, function.origins, function.coefficients @ own,
                between=_between_knots(function.knots) if len(function.knots) else between,
            )  # fmt: skip
    start = (int(ends[-1]) if len(ends) else 0) + len(table.marked)
    for column, kept in zip(_categories(model.problem), table.kept, strict=True):
        labels = tuple(column.levels[code] for code in kept)
        yield _Block(column.name, "", "category", zero, labels=labels, points=coefficients[start : start + len(kept)])
        start += len(kept)


def _between_knots(knots: Array) -> Array:
    """Numbers that meet every interval, none far outside the knots: what lies there is hardly ever seen."""
    middles = (knots[1:] + knots[:-1]) / 2
    return np.concatenate([np.nextafter(knots[:1], -np.inf), knots, middles])


def _places(problem: Problem, parts: PartsEncoder) -> Iterator[tuple[Column, str]]:
    """(column, part) of each number of the encoder."""
    by_name = {column.name: column for column in problem.columns}
    for name in parts.number_names:
        if name in by_name and by_name[name].kind not in ("date", "text", "category"):
            yield by_name[name], ""
        else:
            owner = max((n for n, kind in parts.columns if name.startswith(f"{n}: ")), key=len)
            yield by_name[owner], name[len(owner) + 2 :]


def _categories(problem: Problem) -> list[Column]:
    return [column for column in problem.columns if column.kind == "category"]


@dataclass
class _Steps:
    """The splits of one column.

    Attributes:
        thresholds: (threshold, leaf below it, leaf from it on, card).
        sets: (codes that go right, leaf of the others, leaf of these, card).
        missing: (cards,) sum of the leaves that empty cells reach.
    """

    thresholds: list[tuple[float, float, float, int]] = field(default_factory=list)
    sets: list[tuple[list[int], float, float, int]] = field(default_factory=list)
    missing: Any = None


def _stump_blocks(model: Any) -> tuple[Array, list[_Block]]:
    """(intercept of each card, blocks) of additive stumps."""
    table: TreeTable = model.features
    outputs = model.problem.outputs if model.problem.task == "multiclass" else 1
    columns = [*_places(model.problem, table.parts), *((column, "") for column in _categories(model.problem))]
    center, spread = model.transform.line
    steps = [_Steps(missing=np.zeros(outputs)) for _ in columns]
    forest = json.loads(bytes(model.booster.save_raw("json")))["learner"]["gradient_booster"]
    forest = forest.get("model") or forest["gbtree"]["model"]
    for tree, output in zip(forest["trees"], forest["tree_info"], strict=True):
        _add(tree, int(output), steps, spread)
    empty = np.full((1, len(columns)), np.nan, np.float32)
    margin = np.asarray(model.booster.inplace_predict(empty, predict_type="margin"), float).reshape(-1)
    intercept = center + spread * margin - sum((step.missing for step in steps), np.zeros(outputs))
    numbers = len(table.parts.number_names)
    blocks = [_steps_block(*columns[i], steps[i], outputs, float(table.origin[i])) for i in range(numbers)]
    blocks += [
        _levels_block(columns[numbers + i][0], steps[numbers + i], seen, outputs) for i, seen in enumerate(table.seen)
    ]
    return intercept, blocks


def _add(tree: dict[str, Any], output: int, steps: list[_Steps], spread: float) -> None:
    """Sort one stump, times `spread`, into the steps of its column; one that is one leaf is part of the intercept.

    Source: the layout of XGBoost's JSON model; the codes listed with a categorical split go right.
    """
    left, right = tree["left_children"][0], tree["right_children"][0]
    if left < 0:
        return
    if tree["left_children"][left] >= 0 or tree["left_children"][right] >= 0:
        raise NotPrintable("the trees have more than one split each")
    leaves = spread * tree["split_conditions"][left], spread * tree["split_conditions"][right]
    step = steps[tree["split_indices"][0]]
    step.missing[output] += leaves[0] if tree["default_left"][0] else leaves[1]
    if tree["split_type"][0]:
        step.sets.append(([int(code) for code in tree["categories"]], *leaves, output))
    else:
        step.thresholds.append((_between(tree["split_conditions"][0]), *leaves, output))


def _between(threshold: float) -> float:
    """The double below which a number lies below the threshold once it is rounded to single precision."""
    single = np.float32(threshold)
    return (float(single) + float(np.nextafter(single, np.float32(-np.inf)))) / 2


def _steps_block(column: Column, part: str, steps: _Steps, outputs: int, origin: float) -> _Block:
    """A step function of one number, whose thresholds lie around the origin."""
    knots = np.unique([origin + threshold for threshold, *_ in steps.thresholds])
    values = np.zeros((len(knots) + 1, outputs))
    for threshold, left, right, output in steps.thresholds:
        place = int(np.searchsorted(knots, origin + threshold)) + 1
        values[:place, output] += left
        values[place:, output] += right
    if column.kind == "boolean":
        points = values[np.searchsorted(knots, np.arange(len(column.levels)), side="right")]
        return _Block(column.name, "", "boolean", steps.missing, labels=column.levels, points=points)
    powers = np.zeros((len(knots) + 1, 4, outputs))
    powers[:, 0] = values
    origins = np.concatenate([knots[:1], knots]) if len(knots) else np.zeros(1)
    between = _between_knots(knots)
    return _Block(column.name, part, "number", steps.missing, knots, origins, powers, between=between)


def _levels_block(column: Column, steps: _Steps, seen: Array, outputs: int) -> _Block:
    """The points of each label seen in training; any other counts as missing."""
    points = np.zeros((len(column.levels), outputs))
    for codes, left, right, output in steps.sets:
        goes_right = np.isin(np.arange(len(column.levels)), codes)
        points[:, output] += np.where(goes_right, right, left)
    known = np.flatnonzero(seen)
    labels = tuple(column.levels[code] for code in known)
    return _Block(column.name, "", "category", steps.missing, labels=labels, points=points[known])
