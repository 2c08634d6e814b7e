import pytest

from automl.families.base import first_of_kind

KNOWN = [{"kind": "a", "x": 1}, {"kind": "b", "x": 2}, {"kind": "b", "x": 3}]


@pytest.mark.parametrize(
    ("params", "known", "first"),
    [
        ({"kind": "b", "x": 9}, KNOWN, KNOWN[1]),
        ({"x": 9}, KNOWN, KNOWN[0]),
        ({"kind": "c"}, KNOWN, {}),
        ({"x": 9}, [{"x": 1}, {"x": 2}], {"x": 1}),
    ],
)
def test_the_first_known_good_configuration_of_a_kind(params, known, first):
    assert first_of_kind(params, known) == first
