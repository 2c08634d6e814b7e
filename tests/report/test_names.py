"""Names that differ are told apart however short they are made."""

import numpy as np
import pytest

from automl.report.formats import short
from automl.report.names import apart, some
from automl.report.sections import errors


def test_names_that_fit_or_differ_early_are_shortened_at_their_end():
    names = ["a", "b " * 40, "a" * 30, "the gain in ROC AUC lies between"]
    assert apart(names, 19) == [short(name, 19) for name in names]
    assert apart([], 9) == []


def test_of_names_that_begin_alike_the_end_is_shown():
    names = [f"customer complains about the delivery of goods in the {side}" for side in ("north", "south")]
    assert apart(names, 24) == ["customer…north", "customer…south"]
    assert apart([*names, names[0], "other"], 24) == ["customer…north", "customer…south", "customer…north", "other"]


def test_some_names():
    assert some(list("abcdefghij"), 3) == "a, b, c and 7 more"
    assert (
        some([f"share of the people who are {age} years old" for age in (20, 30)], 3, 24)
        == "share of…20 years old, share of…30 years old"
    )


def test_one_that_is_the_beginning_of_another_is_told_from_it():
    first = "x" * 40
    found = apart([first, first + "y", first + "z" * 40], 20)
    assert len(set(found)) == 3


def test_what_differs_in_two_places_far_apart_is_numbered():
    names = [f"begin {middle * 40} {end * 40}" for middle in "ab" for end in "cd"]
    found = apart(names, 20)
    assert len(set(found)) == 4
    assert sum(text.endswith("(2)") for text in found) == 2


@pytest.mark.parametrize("length", [18, 24, 40, 60])
@pytest.mark.parametrize("seed", range(5))
def test_any_names_stay_apart_and_short(length, seed):
    random = np.random.default_rng(seed)
    names = {
        "".join(random.choice(list("ab é…"), random.integers(1, 90), p=[0.7, 0.1, 0.1, 0.05, 0.05])) for _ in range(300)
    }
    names |= {f"{name}{end}" for name in names for end in ("x", " y", "…")}
    found = apart(names, length)
    lines = [" ".join(name.split()) for name in names]
    assert max(map(len, found)) <= length
    assert len(set(found)) == len(set(lines))
    assert len({*zip(lines, found, strict=True)}) == len(set(lines))


def test_the_mistakes_of_classes_that_begin_alike_are_told_apart():
    labels = [f"customer complains about the delivery of goods in the {side}" for side in ("north", "south")]
    per_class = [{"label": label, "rows": 9, "precision": 0.5, "recall": 0.5} for label in labels]
    worst = [{"row": 1, "target": labels[0], "prediction": labels[1]}]
    told = {"labels": labels, "confusion": [[5, 4], [0, 9]], "per_class": per_class, "worst": worst}
    page = errors.build({"errors": told})
    shown = [
        page["table"]["labels"],
        [row["label"] for row in page["table"]["rows"]],
        [row["label"] for row in page["per_class"]],
        *([pair["true"], pair["predicted"]] for pair in page["pairs"]),
        *([row["target"], row["prediction"]] for row in page["worst"]),
    ]
    for north, south in shown:
        assert (north[-5:], south[-5:]) == ("north", "south")
