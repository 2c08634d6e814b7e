"""A scorecard as one SELECT in standard SQL: the same predictions inside a database."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from automl.data.cells import canonical
from automl.evaluate.calibrate import Calibration
from automl.evaluate.shape import Shape
from automl.evaluate.threshold import Threshold

if TYPE_CHECKING:
    from automl.evaluate.calibrate import Knots
    from automl.explain.scorecard import Card, Piece, Scorecard, Term

COMPARED = 16
"""Values compared with one another in one expression: all with all others would be a text that grows as a square."""
FURTHEST = 700.0
"""Exponents are cut here: databases raise an error where an exponential overflows or underflows."""
TRUE = ("1", "1.0", "true", "t", "yes", "y", "on")
FALSE = ("0", "0.0", "false", "f", "no", "n", "off")


def without_sql(card: Scorecard) -> tuple[str, ...]:
    """Columns whose parts SQL cannot make (dates and texts), in the order of the card; empty when all is well."""
    return tuple(dict.fromkeys(term.column for one in card.cards for term in one.terms if term.part))


def to_sql(card: Scorecard, table: str = "input", shape: Shape | None = None) -> str:
    """One SELECT: every column of the table, `prediction`, and for classes one `probability_<label>` each.

    Numbers must be numeric columns; labels are compared as text, without blanks around them. NULL, and labels never
    seen in training, get the points of a missing value. Columns that begin with `automl_` are steps on the way.

    Args:
        card: the model.
        table: the table to predict.
        shape: the calibration and the threshold that predictions go through; None for those of the model itself.

    Raises:
        ValueError: the card holds parts of dates or texts (see `without_sql`).
    """
    if parts := without_sql(card):
        raise ValueError(f"no SQL for parts of dates and texts: {', '.join(parts)}")
    shape = shape or Shape()
    scores = [f"{_sum(one)} AS {score}" for one, score in zip(card.cards, _scores(card), strict=True)]
    if card.classes:
        calibration = shape.calibration or Calibration()
        steps = [*_probability_steps(card, calibration), *_label_steps(card, shape.threshold or Threshold())]
    else:
        steps = [[f"{_value(card, _scores(card)[0])} AS {_name('prediction')}"]]
    first, *others = _computed_once([scores, *steps]) if len(scores) > 1 else [scores, *steps]
    query = _select(_name(table), first, _name(table))
    for step in others:
        query = _select("step", step, f"(\n{query}\n) AS step")
    return f"{query}\n"


def _select(alias: str, columns: list[str], source: str) -> str:
    """Every column of the source, and more."""
    more = ",\n  ".join(columns)
    return f"SELECT {alias}.*,\n  {more}\nFROM {source}"


def _computed_once(steps: list[list[str]]) -> list[list[str]]:
    """The columns of each SELECT, with one that keeps the next SELECT from computing them wherever it names them.

    Databases put the expressions of a nested SELECT in the place of its columns, which for many classes are more than
    fit into memory; but not those of one that counts its rows.
    """
    counts = [f"COUNT(*) OVER () AS {_name(f'automl_rows_{i}')}" for i in range(len(steps) - 1)]
    return [*([*step, count] for step, count in zip(steps[:-1], counts, strict=True)), steps[-1]]


def _scores(card: Scorecard) -> list[str]:
    return [_name(f"automl_score_{k}") for k in range(len(card.cards))]


def _sum(card: Card) -> str:
    return "\n    + ".join([_number(card.intercept), *(_points(term) for term in card.terms)])


def _points(term: Term) -> str:
    column = _name(term.column)
    if term.pieces:
        branches = [
            f"WHEN {column} < {_number(piece.high)} THEN {_polynomial(piece, column)}"
            for piece in term.pieces
            if piece.high is not None
        ]
        last = _polynomial(term.pieces[-1], column)
        return _case([f"WHEN {column} IS NULL THEN {_number(term.missing)}", *branches], last)
    text = f"TRIM(CAST({column} AS VARCHAR(4000)))"
    labels = [level.label for level in term.levels]
    if term.kind == "boolean":
        text = f"LOWER({text})"
    forms = _boolean_forms(labels) if term.kind == "boolean" else _forms(labels)
    branches = [
        f"WHEN {text} IN ({', '.join(map(_text, form))}) THEN {_number(level.points)}"
        for form, level in zip(forms, term.levels, strict=True)
    ]
    return _case(branches, _number(term.missing)) if branches else _number(term.missing)


def _case(branches: list[str], otherwise: str) -> str:
    return f"CASE {' '.join(branches)} ELSE {otherwise} END"


def _polynomial(piece: Piece, column: str) -> str:
    """Horner's form, only as far as there are coefficients."""
    powers = list(piece.powers)
    while len(powers) > 1 and powers[-1] == 0:
        powers.pop()
    text = _number(powers.pop())
    for power in reversed(powers):
        text = f"{_number(power)} + ({column} - {_number(piece.origin)}) * ({text})"
    return text


def _forms(labels: list[str]) -> list[list[str]]:
    """For each label the texts it may have: a whole number may be stored with a decimal point."""
    taken = set(labels)
    forms = []
    for label in labels:
        more = f"{canonical(label)}.0" if canonical(label).lstrip("-").isdigit() else label
        forms.append([label] if more in taken else [label, more])
    return forms


def _boolean_forms(labels: list[str]) -> list[list[str]]:
    """For each label its lower case and, where one label means true and the other false, the words for that."""
    low = [label.casefold() for label in labels]
    words = [TRUE if label in TRUE else FALSE if label in FALSE else () for label in low]
    apart = len(set(words)) == len(words)
    return [list(dict.fromkeys([label, *(also if apart else ())])) for label, also in zip(low, words, strict=True)]


def _value(card: Scorecard, score: str) -> str:
    """The prediction of a regression in the unit of the target (see families.transform)."""
    if card.link == "identity":
        return score
    scale, smearing, highest = (float(card.transform[key]) for key in ("scale", "smearing", "highest"))
    beyond = f"WHEN {score} > {_number(highest)} THEN {_number(highest)}"
    bounded = _case([f"WHEN {score} < 0.0 THEN 0.0", beyond], score)
    value = f"{_number(scale)} * ({_number(smearing)} * EXP({bounded}) - 1.0)"
    return _case([f"WHEN {value} < 0.0 THEN 0.0"], value)


def _probability_steps(card: Scorecard, calibration: Calibration) -> list[list[str]]:
    """The columns of each SELECT on the way from sums to calibrated probabilities."""
    names = _probability_names(card)
    heat = calibration.temperature if calibration.kind == "temperature" else 1.0
    if calibration.kind != "isotonic":
        return _share_steps(card, heat, names)
    given = [_name(f"automl_given_{k}") for k in range(len(names))]
    shares = _share_steps(card, 1.0, given)
    if len(calibration.knots) == 1:
        curve = _curve(calibration.knots[0], given[1])
        return [*shares, _as([f"1.0 - ({curve})", curve], names)]
    curves = [_name(f"automl_curve_{k}") for k in range(len(names))]
    bent = [_curve(knots, name) for knots, name in zip(calibration.knots, given, strict=True)]
    return [*shares, _as(bent, curves), *_parts_of_the_whole(curves, "automl_curves", names)]


def _as(values: list[str], names: list[str]) -> list[str]:
    return [f"{value} AS {name}" for value, name in zip(values, names, strict=True)]


def _probability_names(card: Scorecard) -> list[str]:
    return [_name(f"probability_{label}") for label in card.classes]


def _share_steps(card: Scorecard, heat: float, names: list[str]) -> list[list[str]]:
    """The probability of each class, under these names, from the sums divided by `heat`."""
    scores = _scores(card)
    over = "" if heat == 1 else f" / {_number(heat)}"
    if card.link == "logit":
        score = f"{scores[0]}{over}"
        return [_as([f"1.0 / (1.0 + {_exponential(score)})", f"1.0 / (1.0 + {_exponential(f'-{score}')})"], names)]
    highest, largest = _largest_steps(scores, "automl_top_score")
    weights = [_name(f"automl_weight_{k}") for k in range(len(scores))]
    exponentials = [_exponential(f"({score} - {largest}){over}") for score in scores]
    return [*highest, _as(exponentials, weights), *_parts_of_the_whole(weights, "automl_weights", names)]


def _parts_of_the_whole(values: list[str], whole: str, names: list[str]) -> list[list[str]]:
    """The sum of the values, under the name `whole`, and then each value divided by it."""
    total = _name(whole)
    return [_as([" + ".join(values)], [total]), _as([f"{value} / {total}" for value in values], names)]


def _largest_steps(values: list[str], name: str) -> tuple[list[list[str]], str]:
    """The columns of each SELECT on the way to the largest of the values, and what that is called.

    Standard SQL has no function for it. Groups of `COMPARED` have their winner, then groups of winners.
    """
    steps: list[list[str]] = []
    while len(values) > 1:
        groups = [values[start : start + COMPARED] for start in range(0, len(values), COMPARED)]
        names = [_name(f"{name}_{len(steps)}_{k}") for k in range(len(groups))]
        steps.append(_as([_largest(group) for group in groups], names))
        values = names
    return steps, values[0]


def _largest(values: list[str]) -> str:
    """The first value that none after it exceeds."""
    branches = [
        f"WHEN {' AND '.join(f'{value} >= {other}' for other in values[k + 1 :])} THEN {value}"
        for k, value in enumerate(values[:-1])
    ]
    return _case(branches, values[-1]) if branches else values[-1]


def _curve(knots: Knots, name: str) -> str:
    """A rising curve, linear between its knots."""
    given, becomes = knots.given, knots.becomes
    branches = [f"WHEN {name} <= {_number(given[0])} THEN {_number(becomes[0])}"]
    for (low, high), (start, end) in zip(pairwise(given), pairwise(becomes), strict=True):
        slope = (end - start) / (high - low) if high > low else 0.0
        line = f"{_number(start)} + ({name} - {_number(low)}) * {_number(slope)}"
        branches.append(f"WHEN {name} < {_number(high)} THEN {line}")
    return _case(branches, _number(becomes[-1]))


def _exponential(text: str) -> str:
    far = _number(FURTHEST)
    return f"EXP({_case([f'WHEN {text} > {far} THEN {far}', f'WHEN {text} < -{far} THEN -{far}'], text)})"


def _label_steps(card: Scorecard, threshold: Threshold) -> list[list[str]]:
    """The class that the threshold or weights name, or that of the largest probability, the first of equal ones."""
    names, labels, prediction = _probability_names(card), [_text(label) for label in card.classes], _name("prediction")
    if threshold.value is not None and not threshold.weights and threshold.changes:
        return [
            _as([_case([f"WHEN {names[1]} > {_number(threshold.value)} THEN {labels[1]}"], labels[0])], [prediction])
        ]
    if threshold.weights:
        names = [f"{name} * {_number(weight)}" for name, weight in zip(names, threshold.weights, strict=True)]
    steps, largest = _largest_steps(names, "automl_top_probability")
    named = [f"WHEN {name} >= {largest} THEN {label}" for name, label in zip(names[:-1], labels[:-1], strict=True)]
    return [*steps, _as([_case(named, labels[-1])], [prediction])]


def _number(value: float | None) -> str:
    text = repr(float(value or 0.0))
    return f"({text})" if text.startswith("-") else text


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
