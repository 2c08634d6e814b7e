"""Run folders written by every released version load and predict what they predicted then."""

from pathlib import Path

import pandas as pd
import pytest

from automl.predict import Predictor

FOLDERS = sorted(p.parent for p in (Path(__file__).parent / "golden").glob("*/*/expected.csv"))


def test_there_are_golden_folders_of_every_family():
    assert {folder.name for folder in FOLDERS} == {"baseline", "linear", "trees", "network"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f"{f.parent.name}-{f.name}")
def test_a_folder_of_an_older_version_predicts_what_it_predicted(folder):
    expected = pd.read_csv(folder / "expected.csv")
    predicted = Predictor.load(folder).table(pd.read_csv(folder / "data.csv"))
    assert predicted.notes == []
    pd.testing.assert_frame_equal(predicted.frame, expected, check_dtype=False, rtol=1e-4, atol=1e-5)
