"""How long the bootstraps over rows take at the end of a run.

Targets in seconds on one busy core: see `TARGETS`. Prints one JSON line: the fastest of three rounds of each case.
"""

import json
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from automl.decide import belief
from automl.decide.recheck import recheck
from automl.evaluate import interval, metrics

ROUNDS = 3
TARGETS = {
    "roc_auc": 1.0,
    "roc_auc_300_candidates": 1.5,
    "log_loss_26_classes": 1.0,
    "accuracy_26_classes": 1.0,
    "rmse": 0.3,
    "recheck": 0.7,
    "belief": 0.2,
}


def predicted(rng: np.random.Generator, y: Any, classes: int) -> Any:
    """Predictions of some candidate: better than chance, float32 as families give them."""
    if classes == 1:
        return (y + rng.normal(size=len(y)))[:, None].astype(np.float32)
    p = np.exp(rng.normal(size=(len(y), classes)) + 2.0 * np.eye(classes)[y])
    return (p / p.sum(axis=1, keepdims=True)).astype(np.float32)


def case(classes: int, splits: int, rows: int, candidates: int) -> dict[str, Any]:
    """Targets, splits, groups and candidates of a 5-fold cross-validation, repeated where there are more splits."""
    rng = np.random.default_rng(0)
    size, repeats = rows * min(splits, 5), max(splits // 5, 1)
    y = rng.normal(size=size) if classes == 1 else rng.integers(0, classes, size)
    row = np.concatenate([rng.permutation(size) for _ in range(repeats)])
    made = {str(i): predicted(rng, y[row], classes) for i in range(candidates)}
    return {"y": y[row], "candidates": made, "groups": row, "splits": np.arange(len(row)) // rows}


def intervals(name: str, classes: int, splits: int, rows: int, candidates: int) -> Callable[[], Any]:
    metric = metrics.get(name, {1: "regression", 2: "binary"}.get(classes, "multiclass"))  # type: ignore[arg-type]
    return partial(interval.many, metric, **case(classes, splits, rows, candidates), reference="0", draws=300)


def rechecked() -> Callable[[], Any]:
    made = case(2, 10, 1127, 20)
    trials = list(made.pop("candidates").items())
    names = ("baseline", "linear", "trees", "network")
    families = {name: dict(trials[5 * i : 5 * i + 5]) for i, name in enumerate(names)}
    return partial(recheck, metrics.get("roc_auc", "binary"), made.pop("y"), families, **made)  # type: ignore[arg-type]


def over_rows() -> Callable[[], Any]:
    """The belief after one split, with stand-ins for cross-validation and candidates."""
    made = case(2, 1, 1127, 4)
    metric = metrics.get("roc_auc", "binary")
    part = SimpleNamespace(check=made["groups"], train=np.arange(4 * 1127))
    dataset = SimpleNamespace(y=made["y"][np.argsort(made["groups"])], weight=None, groups=None)
    dataset.problem = SimpleNamespace(seed=0)
    cv = SimpleNamespace(metric=metric, splits=[part], dataset=dataset)
    candidates = {
        name: SimpleNamespace(name=name, fits={0: SimpleNamespace(predictions=p)}, loss=lambda _splits: 0.1)
        for name, p in zip(("baseline", "linear", "trees", "network"), made["candidates"].values(), strict=True)
    }
    return partial(belief._over_rows, cv, candidates, [0])  # type: ignore[arg-type]  # noqa: SLF001


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    cases = {
        "roc_auc": intervals("roc_auc", 2, 10, 1127, 25),
        "roc_auc_300_candidates": intervals("roc_auc", 2, 10, 1127, 300),
        "log_loss_26_classes": intervals("log_loss", 26, 5, 3200, 20),
        "accuracy_26_classes": intervals("accuracy", 26, 5, 3200, 20),
        "rmse": intervals("rmse", 1, 10, 1300, 8),
        "recheck": rechecked(),
        "belief": over_rows(),
    }
    took = {name: min(seconds(work) for _ in range(ROUNDS)) for name, work in cases.items()}
    print(json.dumps({name: {"seconds": round(took[name], 3), "target": TARGETS[name]} for name in cases}))


if __name__ == "__main__":
    main()
