import pytest

from automl.report import media
from automl.report.sections import findings

SIZES = {"min": [20, 10], "median": [30.0, 20.0], "max": [300, 200], "distinct": 7}
COPIES = {"count": 3, "groups": [["a", "b"]], "groups_count": 2, "conflicting_count": 1, "across_parts_count": 0}


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ({"count": 9, "readable": 8, "broken_count": 1}, []),
        ({"broken": {"a.wav": "cut off"}}, [("Broken", "a.wav (cut off)")]),
        ({"sizes": SIZES}, [("Sizes", "30 x 20 pixels in the middle, 20 x 10 to 300 x 200")]),
        ({"sizes": SIZES | {"min": [30, 20], "max": [30, 20]}}, [("Sizes", "30 x 20 pixels")]),
        ({"sizes": {"320x240": 7}}, [("Sizes", "320x240 (7)")]),
        (
            {"seconds": {"min": 0.304, "median": 0.618, "max": 0.989, "total": 75.28}},
            [("Seconds", "0.3 to 0.99 s, 0.62 s in the middle; 75 s in all")],
        ),
        ({"duplicates": {"count": 0, "groups": []}}, [("Duplicates", "none")]),
        ({"duplicates": COPIES}, [("Duplicates", "3 copies in 2 groups, 1 with different labels")]),
        ({"duplicates": 3}, [("Duplicates", "3")]),
        ({"bytes": 1_863_800}, [("Files together", "1.9 MB")]),
        ({"bytes": None, "rotated": 0, "modes": {}}, []),
        ({"modes": {"RGB": 9, "L": 3}}, [("Modes", "colour (9), grey (3)")]),
        ({"modes": {"mono": 90, "stereo": 30}}, [("Modes", "mono (90), stereo (30)")]),
        (
            {"modes": {f"{i}": i for i in range(1, 11)}},
            [("Modes", ", ".join(f"{i} ({i})" for i in range(10, 2, -1)) + " and 2 more")],
        ),
    ],
)
def test_what_was_counted_in_words(counted, said):
    assert media.facts(counted) == said


def test_broken_files_are_told_in_words():
    evidence = {
        "broken": 2,
        "files": 9,
        "reasons": {"empty file": 2},
        "classes_lost": ["c"],
        "examples": ["c/1: empty"],
    }
    told = {"code": "AM310", "severity": "warning", "status": "found", "title": "", "evidence": evidence}
    (group,) = findings.build({"findings": [told]})["groups"]
    assert group["rows"][0]["evidence"] == "empty file: 2 files; no file of 'c' is left; c/1: empty"
