from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl import memory
from automl.data.dataset import Dataset, Images
from automl.data.image_column import ImageArray
from automl.errors import DataError
from automl.prepare import Prepared
from automl.types import Choice, Problem, Profile
from tests.rows import column, numbers


def prepared(n=5_000, **options):
    data = numbers("binary", n, **options)
    profile = Profile("data", "data.csv", Choice("table", ""), Choice("binary", ""), Choice("y", ""), n)
    return Prepared(profile, data, np.arange(n) + 7)


def test_data_that_fit_stay_as_they_are():
    data = prepared()
    assert memory.within(data, memory.size(data.dataset) * memory.FACTOR) is data


def test_rows_are_left_out_with_a_finding_and_classes_keep_their_share():
    data = prepared()
    less = memory.within(data, memory.size(data.dataset) * memory.FACTOR // 2)
    assert 2_300 < len(less.dataset) <= 2_505
    assert less.dataset.y.mean() == pytest.approx(data.dataset.y.mean(), abs=0.01)
    assert np.array_equal(data.dataset.y[less.rows - 7], less.dataset.y)
    (finding,) = less.profile.findings
    assert finding.code == "AM506"
    assert finding.evidence["kept"] == len(less.dataset)
    assert memory.size(less.dataset) * memory.FACTOR <= finding.evidence["limit_bytes"] * 1.01


def test_the_latest_rows_are_kept_where_time_is_declared():
    order = np.random.default_rng(0).permutation(5_000).astype(float)
    data = prepared(order=order)
    less = memory.within(data, memory.size(data.dataset) * memory.FACTOR // 2)
    assert less.dataset.order.min() >= 5_000 - len(less.dataset)


@pytest.mark.parametrize(("modality", "size"), [("image", (96, 96, 3)), ("audio", (64, 900, 1))])
def test_images_count_by_their_features_however_many_pixels_they_have(modality, size):
    problem = Problem(modality, "binary", "log_loss", ("a", "b"), image_size=size)
    images = Dataset(problem, Images(Path("pixels.npy"), np.arange(50)), np.zeros(50))

    assert 50 * 4 * 100 < memory.size(images) < 50 * 4 * 2_000 < 50 * np.prod(size)


def test_so_do_images_in_a_table(tmp_path):
    columns = (column("a"), replace(column("photo", "image"), image_size=(96, 96, 3)))
    frame = pd.DataFrame({"a": np.zeros(50), "photo": ImageArray(tmp_path / "pixels.npy", np.arange(50))})
    table = Dataset(Problem("table", "binary", "log_loss", ("a", "b"), columns), frame, np.zeros(50))
    alone = Problem("image", "binary", "log_loss", ("a", "b"), image_size=(96, 96, 3))
    images = Dataset(alone, frame["photo"].array.images(), np.zeros(50))

    assert memory.size(table) == memory.size(images) + 50 * (8 + 4)


def test_when_hardly_any_row_would_fit_nothing_is_done():
    data = prepared()
    with pytest.raises(DataError, match="Fitting needs about") as caught:
        memory.within(data, memory.size(data.dataset) * memory.FACTOR // 10)
    assert caught.value.where == "data.csv"
