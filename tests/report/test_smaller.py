"""What time left out of a network's size."""

import pytest

from automl.report import html
from automl.report.sections import verdict
from automl.report.smaller import sentence

from .fixture import binary
from .pages import Page

IMAGES = ({"width": 16, "blocks": 1, "resolution": 0.5}, {"width": 64, "blocks": 2, "resolution": 1.0})


def report(taken, largest, *, modality="image", kinds=(), budget=60.0, **row):
    columns = [{"name": kind, "kind": kind, "role": "feature"} for kind in kinds]
    info = {"planned_epochs": 34, "full_epochs": 60, "size_taken": taken, "size_left_out": largest}
    given = {"candidate": "network-1", "family": "network", "status": "ok", "info": info} | row
    return {
        "profile": {"modality": {"value": modality}, "columns": columns},
        "leaderboard": [{"candidate": "trees-1", "family": "trees", "status": "ok", "info": {}}, given],
        "budget": {"seconds": budget},
    }


def test_a_network_made_smaller_says_of_what_there_is_less():
    assert sentence(report(*IMAGES)) == (
        "To fit 34 epochs into the time, the network (network-1) was made smaller: "
        "width 16 instead of 64, 1 instead of 2 blocks a stage, half the resolution."
    )


def test_only_what_differs_is_told():
    told = sentence(report({"width": 24, "layers": 6}, {"width": 32, "layers": 6}, modality="series"))
    assert told.endswith("made smaller: width 24 instead of 32.")


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("number", "text"), "width 64 instead of 128, width for texts 32 instead of 64."),
        (("image",), "width 64 instead of 128, width for images 8 instead of 32, half the resolution."),
    ],
)
def test_of_a_table_only_the_parts_that_read_a_column_are_told(kinds, said):
    taken = {"width": 64, "text_width": 32, "image_width": 8, "resolution": 0.5}
    largest = {"width": 128, "text_width": 64, "image_width": 32, "resolution": 1.0}
    assert sentence(report(taken, largest, modality="table", kinds=kinds)).endswith(f"made smaller: {said}")
    no_image = {**largest, "image_width": 8, "resolution": 0.5}
    assert sentence(report(no_image, largest, modality="table", kinds=["text"])) == ""


def test_without_a_budget_counts_set_the_size():
    told = sentence(report({"width": 32}, {"width": 64}, modality="text", budget=None))
    assert told == "Without a budget the size of a network follows from counts of operations: width 32 instead of 64."


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"leaderboard": None},
        report(None, None),
        report(*IMAGES, family="trees"),
        report(*IMAGES, status="failed"),
        report(*IMAGES, info={"planned_epochs": 60}),
    ],
    ids=["empty", "no leaderboard", "no sizes", "no network", "failed", "the largest"],
)
def test_nothing_is_said_where_nothing_was_left_out(given):
    assert sentence(given) == ""


def test_the_best_network_alone_is_told():
    given = report(*IMAGES)
    given["leaderboard"].insert(1, {"candidate": "network-2", "family": "network", "status": "ok", "info": {}})
    assert sentence(given) == ""


def test_the_verdict_tells_it_among_what_to_keep_in_mind():
    whole = binary()
    flags = verdict.build(whole)["flags"]
    row = next(row for row in whole["leaderboard"] if row["family"] == "network")
    row["info"] = {"planned_epochs": 34, "size_taken": {"width": 16}, "size_left_out": {"width": 64}}
    assert verdict.build(whole)["flags"][:-1] == flags
    assert "was made smaller: width 16 instead of 64." in Page(html.render(whole)).text
