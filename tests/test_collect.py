from types import SimpleNamespace

import numpy as np
import pytest

from automl.collect import validation_block


def protocol(splits_of, repeats=3, kind="holdout", stale=None, **rows):
    parts = [SimpleNamespace(fold=i % 5, repeat=i // 5) for i in range(5 * repeats)]
    session = SimpleNamespace(
        prepared=SimpleNamespace(dataset=Rows(**rows)),
        cv=SimpleNamespace(splits=parts),
        outer=SimpleNamespace(development=np.arange(480), test=range(120), protocol=kind, reason="a fifth"),
    )
    decision = SimpleNamespace(evidence={"splits_of": splits_of})
    end = None if stale is None else SimpleNamespace(stale=stale)
    return validation_block(session, decision, end)["sentences"][1:]


class Rows(list):
    """Stands for a dataset."""

    problem = SimpleNamespace(forecast=None)

    def __init__(self, order=None, groups=None):
        super().__init__(range(600))
        self.order, self.groups = order, groups


def test_the_protocol_tells_what_was_judged_beside_what_was_planned():
    (judged,) = protocol({"linear": list(range(6)), "network": [0]})
    assert judged.endswith(
        "judged by 5-fold cross-validation, repeated 3 times, on 480 development rows. "
        "Probes were judged on as many of these 15 splits as the verdict needed and the time allowed: "
        "linear 6, network 1."
    )
    (judged,) = protocol({"linear": list(range(5))}, repeats=1)
    assert judged.endswith("by 5-fold cross-validation, on 480 development rows.")


@pytest.mark.parametrize(
    ("groups", "said"), [(np.arange(600), "0 groups"), (np.arange(600) // 2, "240 groups"), (np.zeros(600), "1 group")]
)
def test_the_protocol_tells_how_many_groups_stay_together(groups, said):
    (judged,) = protocol({"linear": list(range(5))}, repeats=1, groups=groups)
    assert judged.endswith(
        f"by 5-fold cross-validation that keeps {said} of several rows together, on 480 development rows."
    )


@pytest.mark.parametrize(("groups", "apart"), [(None, ""), (np.arange(600), " but for its groups")])
def test_splits_by_time_are_no_cross_validation(groups, apart):
    (judged,) = protocol({"linear": list(range(5))}, repeats=1, order=np.arange(600), groups=groups)
    assert judged.endswith(
        "were judged by forward chaining: 5 blocks in the order of time, each judged by models of what came before "
        f"it{apart}, on 480 development rows."
    )


@pytest.mark.parametrize(
    ("kind", "stale", "said"),
    [
        ("holdout", "", "opened once, after the choice was frozen"),
        ("repeated_cv", "", "come from repeated cross-validation on fresh splits"),
        ("repeated_cv", "it was late", "come from the splits that chose the model, because it was late: they flatter"),
    ],
)
def test_the_protocol_tells_where_the_final_figures_come_from(kind, stale, said):
    _, final = protocol({"linear": list(range(5))}, kind=kind, stale=stale)
    assert said in final
    assert ("fresh" in final) == (kind == "repeated_cv" and not stale)
