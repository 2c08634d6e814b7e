import numpy as np
import pytest

from automl.evaluate import mistakes


def test_confusion_and_classes():
    y = np.array([0, 0, 1, 1, 1])
    p = np.array([[0.8, 0.2, 0], [0.3, 0.7, 0], [0.1, 0.9, 0], [0.6, 0.4, 0], [0.99, 0.01, 0]], dtype=np.float32)
    block = mistakes.classification(("no", "yes", "perhaps"), y, p, rows=np.array([10, 11, 12, 13, 14]))
    assert block["confusion"] == [[1, 1, 0], [2, 1, 0], [0, 0, 0]]
    assert block["per_class"][1] == {"label": "yes", "rows": 3, "precision": 0.5, "recall": pytest.approx(1 / 3)}
    assert block["per_class"][2] == {"label": "perhaps", "rows": 0, "precision": None, "recall": None}
    assert [(w["row"], w["target"], w["prediction"]) for w in block["worst"]] == [
        (14, "yes", "no"),
        (11, "no", "yes"),
        (13, "yes", "no"),
    ]
    assert block["worst"][0]["probability"] == pytest.approx(0.99)


def test_regression_block():
    rng = np.random.default_rng(0)
    y = rng.normal(size=2000)
    p = (0.8 * y[:, None] + 0.1).astype(np.float32)
    block = mistakes.regression(y, p, bounds=(p[:, 0] - 0.25, p[:, 0] + 0.25), seed=1)
    assert sum(block["residuals"]["counts"]) == 2000
    assert len(block["residuals"]["edges"]) == len(block["residuals"]["counts"]) + 1
    assert len(block["points"]) == 500
    assert block["coverage"] == pytest.approx(np.mean(np.abs(p[:, 0] - y) <= 0.25))
    assert block["interval_width"] == 0.5
    assert sum(r["rows"] for r in block["by_range"]) == 2000
    assert block["by_range"][0]["bias"] > 0.3 > -0.1 > block["by_range"][-1]["bias"]
    worst = block["worst"][0]
    assert worst["row"] == int(np.argmax(np.abs(p[:, 0] - y)))
    assert block == mistakes.regression(y, p, bounds=(p[:, 0] - 0.25, p[:, 0] + 0.25), seed=1)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0]])
def test_few_or_equal_rows(values):
    y = np.array(values)
    block = mistakes.regression(y, y[:, None])
    assert sum(block["residuals"]["counts"]) == len(values)
    assert sum(r["rows"] for r in block["by_range"]) == len(values)
    assert block["coverage"] is None
