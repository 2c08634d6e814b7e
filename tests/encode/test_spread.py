import numpy as np
import pytest

from automl.encode.spread import deviations


@pytest.mark.parametrize("value", [0.0, 0.1, -1e9 / 3, 1 / 3e30])
def test_a_constant_is_divided_by_one(value):
    assert deviations(np.full(53, value)) == 1.0


def test_each_column_has_its_own():
    found = deviations(np.stack([np.full(4, 0.1), 1.7e9 + np.arange(4) / 8], axis=1))
    assert found == pytest.approx([1.0, np.arange(4).std() / 8])
