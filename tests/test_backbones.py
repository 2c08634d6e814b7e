"""The pretrained network that was asked for: found, refused, or told why not."""

import re

import numpy as np
import pandas as pd
import pytest

from automl import backbones
from automl.backbones import with_backbone
from automl.clock import OutOfTime
from automl.data.dataset import Dataset, Images
from automl.errors import UsageError
from automl.prepare import Prepared
from automl.types import Choice, Column, Problem, Profile
from automl.workers.executor import WorkerDied

FACTS = {"name": "net", "features": 16, "parameters": 1_000, "preprocessing": {"size": [32, 32]}}


def prepared(folder, modality="image"):
    n = 6
    np.save(folder / "images.npy", np.zeros((n, 32, 32, 3), np.uint8))
    columns = (Column("words", "text", "feature", "", 0, n),) if modality == "text" else ()
    problem = Problem(modality, "binary", "log_loss", ("a", "b"), columns, image_size=(32, 32, 3))
    inputs = pd.DataFrame({"words": ["x"] * n}) if modality == "text" else Images(folder / "images.npy", np.arange(n))
    profile = Profile("x", "x", Choice(modality, ""), Choice("binary", ""), Choice("folder", ""), n)
    return Prepared(profile, Dataset(problem, inputs, np.arange(n) % 2), np.arange(n))


def test_no_backbone_asked_for(tmp_path):
    given = prepared(tmp_path)

    assert with_backbone(given, None, None, 60.0, tmp_path) is given


@pytest.mark.parametrize("modality", ["audio", "table", "series"])
def test_a_backbone_is_for_images_and_texts(tmp_path, modality):
    with pytest.raises(UsageError, match="for images and texts, and these are"):
        with_backbone(prepared(tmp_path, modality), "resnet50", None, 60.0, tmp_path)


class Worker:
    """Answers a call with what it was given, or raises it."""

    def __init__(self, answer):
        self.answer = answer

    def call(self, function, *arguments, seconds):
        self.asked = (function, arguments, seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_one_that_was_found_is_named_by_the_problem_and_the_profile(tmp_path):
    worker = Worker(FACTS)

    result = with_backbone(prepared(tmp_path), "some/net", worker, 60.0, tmp_path)

    assert result.dataset.problem.backbone == "net"
    assert result.profile.media["backbone"] == FACTS
    assert worker.asked == (backbones.for_images, ("some/net", tmp_path, 12.0), 30.0)
    assert [(found.code, found.status) for found in result.profile.findings] == [("AM509", "passed")]


def test_one_for_texts_lies_in_the_folder_of_the_run(tmp_path):
    worker, given = Worker(FACTS), prepared(tmp_path, "text")

    result = with_backbone(given, "some/net", worker, 60.0, tmp_path)

    assert result.dataset.beside == result.dataset.take(np.arange(2)).beside == tmp_path
    function, (name, folder, frame, columns, seconds), _ = worker.asked
    assert (function, name, folder, columns, seconds) == (backbones.for_texts, "some/net", tmp_path, ["words"], 12.0)
    assert frame is given.dataset.inputs


@pytest.mark.parametrize(
    ("less", "what"),
    [
        ({"size_left_out": [64, 64]}, "sees 32 x 32 instead of 64 x 64 pixels.* 12 s at most"),
        ({"length": 16, "length_left_out": 64}, "sees 16 instead of 64 tokens"),
    ],
)
def test_what_it_does_not_see_for_want_of_time_is_a_note(tmp_path, less, what):
    result = with_backbone(prepared(tmp_path), "net", Worker({**FACTS, **less}), 60.0, tmp_path)

    (found,) = result.profile.findings
    assert (found.severity, found.status) == ("note", "found")
    assert re.search(what, found.action)


@pytest.mark.parametrize(
    ("worker", "what"),
    [
        (None, "trains no networks"),
        (Worker({"error": "it is cut off", "hint": "save it again"}), "it is cut off. To use one: save it again"),
        (Worker(OutOfTime()), "took more than 30 s"),
        (Worker(WorkerDied("killed")), "loading it failed .killed"),
    ],
)
def test_one_that_cannot_be_used_gives_a_finding_and_no_backbone(tmp_path, worker, what):
    result = with_backbone(prepared(tmp_path), "net", worker, 60.0, tmp_path)

    (found,) = result.profile.findings
    assert result.dataset.problem.backbone == ""
    assert (found.code, found.severity) == ("AM509", "warning")
    assert re.search(what, found.action)


def test_a_missing_one_is_told_by_the_function_that_workers_run(tmp_path):
    assert "there is no such file" in backbones.for_images(str(tmp_path / "none"), tmp_path, 1.0)["error"]
