"""What several sections of the report read the same way."""

import pytest

from automl.report import view


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
