import numpy as np
from PIL import Image

from automl import pictures
from automl.data.dataset import Dataset, Images
from automl.prepare import Prepared
from automl.types import Choice, Problem, Profile


def prepared(folder, copies=0, modality="image", **structure):
    """Forty smooth random pictures and as many copies of the first ones as asked for, a little brighter."""
    coarse = np.random.default_rng(0).integers(0, 200, (40, 6, 6, 3), dtype=np.uint8)
    pixels = np.stack([np.asarray(Image.fromarray(c).resize((32, 32), Image.Resampling.BICUBIC)) for c in coarse])
    pixels = np.concatenate([pixels, pixels[:copies] + 3])
    np.save(folder / "images.npy", pixels)
    n = len(pixels)
    problem = Problem(modality, "binary", "log_loss", ("a", "b"), image_size=(32, 32, 3))
    dataset = Dataset(problem, Images(folder / "images.npy", np.arange(n)), np.arange(n) % 2, **structure)
    profile = Profile("x", "x", Choice(modality, ""), Choice("binary", ""), Choice("folder", ""), n)
    return Prepared(profile, dataset, np.arange(n), tuple(f"{i}.png" for i in range(n)))


def test_near_duplicates_are_one_group_and_named(tmp_path):
    result = pictures.tied(prepared(tmp_path, copies=3))

    groups = result.dataset.groups
    assert groups[:3].tolist() == groups[40:].tolist()
    (found,) = result.profile.findings
    assert (found.code, found.severity) == ("AM312", "note")
    assert found.evidence["images"] == 3
    assert ["0.png", "40.png"] in found.evidence["examples"]


def test_groups_of_the_user_are_merged_with_them(tmp_path):
    users = np.arange(43) // 2
    result = pictures.tied(prepared(tmp_path, copies=3, groups=users))

    groups = result.dataset.groups
    assert groups[0] == groups[1] == groups[40] == groups[41]
    assert len(set(groups)) < len(set(users))


def test_without_any_the_rows_stay_as_they_are(tmp_path):
    result = pictures.tied(prepared(tmp_path))

    assert result.dataset.groups is None
    assert [finding.status for finding in result.profile.findings] == ["passed"]


def test_not_looked_for_in_sounds(tmp_path):
    given = prepared(tmp_path, copies=3, modality="audio")

    assert pictures.tied(given) is given


def test_ignored(tmp_path):
    result = pictures.tied(prepared(tmp_path, copies=3), ["am312"])

    assert result.dataset.groups is None
    assert [(found.code, found.status) for found in result.profile.findings] == [("AM312", "skipped")]


def test_a_split_given_by_the_data_stays_and_is_told(tmp_path):
    part = np.array(["train"] * 40 + ["test"] * 3)
    result = pictures.tied(prepared(tmp_path, copies=3, part=part))

    (found,) = result.profile.findings
    assert result.dataset.groups is None
    assert (found.severity, found.evidence["across_parts"]) == ("warning", 3)


def test_a_set_that_would_be_one_group_is_not_tied(tmp_path):
    given = prepared(tmp_path)
    np.save(tmp_path / "images.npy", np.full((40, 32, 32, 3), 7, np.uint8))

    result = pictures.tied(given)

    assert result.dataset.groups is None
    assert "not tied" in result.profile.findings[0].action
