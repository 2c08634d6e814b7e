"""What several sections of the report read the same way."""

import pytest

from automl.report import view
from automl.report.sections import leaderboard


@pytest.mark.parametrize(
    ("given", "ordered"),
    [
        ((), []),
        (("network", "baseline", "trees"), ["baseline", "trees", "network"]),
        (("other", "trees", "another", "linear"), ["linear", "trees", "other", "another"]),
    ],
)
def test_families_come_from_simple_to_complex_and_others_last(given, ordered):
    assert view.simple_first(given) == ordered
    assert view.simple_first(dict.fromkeys(given)) == ordered


@pytest.mark.parametrize(("splits", "told"), [((3, 3), False), ((3, 5), True)])
def test_the_leaderboard_tells_splits_where_they_differ(splits, told):
    rows = [
        {"candidate": f"linear-{i}", "family": "linear", "splits": n, "validation": {"value": 0.3}, "best": not i}
        for i, n in enumerate(splits)
    ]
    built = leaderboard.build({"leaderboard": rows})
    assert built["has_splits"] is told
    assert [row["splits"] for row in built["rows"]] == list(splits)


def test_a_family_without_figures_and_without_a_share_was_not_tried():
    decision = {
        "probabilities": {"network": 0.0, "trees": 0.1, "baseline": 0.0, "linear": 0.9},
        "evidence": {"families": {"baseline": {}, "linear": {}}},
    }
    assert view.shares(decision) == {"baseline": 0.0, "linear": 0.9, "trees": 0.1, "network": None}
    assert [view.share(p) for p in view.shares(decision).values()] == ["0 %", "90 %", "10 %", "not tried"]
    assert view.shares({"probabilities": {"trees": 0.0}}) == {"trees": 0.0}
