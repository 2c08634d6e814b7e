import json

import numpy as np
import pandas as pd
import pytest

from automl.encode.sparse import SPREAD, SparseTable
from automl.encode.table import LinearTable
from tests.rows import column, mixed


@pytest.mark.parametrize("basis", ["plain", "bins"])
def test_other_columns_as_in_a_linear_table_then_terms(basis):
    data = mixed()
    encoder, matrix = SparseTable.fit(data.inputs, data.problem.columns, 0, basis)
    plain = [c for c in data.problem.columns if c.kind != "text"]
    expected = LinearTable.fit(data.inputs, plain, 0, basis).transform(data.inputs) / SPREAD
    np.testing.assert_allclose(matrix[:, : expected.shape[1]].toarray(), expected, rtol=1e-5, atol=1e-6)
    assert matrix.shape[1] - expected.shape[1] == sum(len(p.terms) for p in encoder.texts["note"].parts)


def test_the_state_gives_the_same_encoder():
    data = mixed()
    encoder, matrix = SparseTable.fit(data.inputs, data.problem.columns, 0)
    plain, arrays = encoder.state()
    again = SparseTable.from_state((json.loads(json.dumps(plain)), arrays))
    np.testing.assert_allclose(again.transform(data.inputs).toarray(), matrix.toarray(), rtol=1e-5, atol=1e-7)


def test_several_texts_alone_and_missing_cells():
    frame = pd.DataFrame({"a": pd.array(["one two", None, "two"], "str"), "b": pd.array(["x y", "x", None], "str")})
    encoder, matrix = SparseTable.fit(frame, [column("a", "text"), column("b", "text")], 0)
    assert list(encoder.texts) == ["a", "b"]
    assert np.flatnonzero(matrix[1].toarray()).min() >= sum(len(p.terms) for p in encoder.texts["a"].parts)
    assert matrix.dtype == np.float32
