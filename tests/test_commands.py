"""The exit code of a finished run."""

import pytest

from automl.commands import exit_code


@pytest.mark.parametrize(
    ("value", "greater", "limit", "expected"),
    [
        (0.8, True, None, 0), (0.8, True, 0.8, 0), (0.7, True, 0.8, 1), (0.9, False, 0.8, 1), (0.7, False, 0.8, 0),
        (None, True, 0.8, 1), (None, True, None, 0),
    ],
)  # fmt: skip
def test_a_test_figure_below_the_limit_or_undefined_is_one(value, greater, limit, expected):
    document = {"findings": [], "fail_under": limit, "test": {"value": value}, "metric": {"greater_is_better": greater}}
    assert exit_code(document) == expected
