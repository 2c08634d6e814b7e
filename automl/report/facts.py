"""Everything a run found, as the dictionary of `report.json`: the only input of every report."""

from __future__ import annotations

import platform
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any

from automl._version import __version__
from automl.jsonio import plain
from automl.types import UNITS

if TYPE_CHECKING:
    from pathlib import Path

    from automl.devices import Devices
    from automl.evaluate.crossval import Candidate
    from automl.evaluate.leaderboard import Line
    from automl.evaluate.metrics import Metric
    from automl.types import Interval, Profile

PACKAGES = ("tensorflow", "keras", "keras-tuner", "xgboost", "scikit-learn", "scipy", "numpy", "pandas", "pyarrow")


@dataclass
class Facts:
    """What the stages found, collected by the run.

    Attributes:
        blocks: finished blocks of report.json by key; later ones replace earlier ones.
    """

    blocks: dict[str, Any] = field(default_factory=dict)

    def add(self, **blocks: Any) -> None:
        """Keep blocks."""
        self.blocks.update(blocks)

    def report(self) -> dict[str, Any]:
        """The document, plain JSON data."""
        head = {"version": 1, "automl": __version__, "created": datetime.now(UTC).isoformat(timespec="seconds")}
        document: dict[str, Any] = plain({**head, **self.blocks})
        return document


def metric_block(metric: Metric) -> dict[str, Any]:
    """The `metric` block."""
    return {"name": metric.name, "label": metric.label, "greater_is_better": metric.greater_is_better}


def environment(devices: Devices, deterministic: bool) -> dict[str, Any]:
    """The `environment` block; versions are read from package metadata, nothing is imported."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    statement = (
        "Sizes and epochs came from counts (--trials): the same data, seed and machine give the same figures on a CPU."
        if deterministic
        else "Sizes and epochs followed the clock: a repeat may differ in what fitted in. --trials N repeats exactly."
    )
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": devices.processors,
        "memory_bytes": devices.memory_bytes,
        "gpus": [gpu.name for gpu in devices.gpus],
        "packages": versions,
        "deterministic": deterministic,
        "statement": statement,
    }


def leaderboard_block(
    lines: list[Line],
    tested: dict[str, Interval],
    test_differences: dict[str, Interval],
    delivered: Candidate,
) -> list[dict[str, Any]]:
    """The `leaderboard` block."""
    return [
        {
            "candidate": line.candidate.name,
            "family": line.candidate.family,
            "configuration": line.candidate.configuration,
            "params": line.candidate.params,
            "trial": line.candidate.trial,
            "status": line.candidate.status,
            "reason": line.candidate.reason,
            "splits": len(line.candidate.losses),
            "validation": line.validation,
            "difference": line.difference,
            "test": tested.get(line.candidate.name),
            "test_difference": test_differences.get(line.candidate.name),
            "fit_seconds": _mean([f.fit_seconds for f in line.candidate.fits.values()]),
            "predict_ms_per_1000": _mean(
                [1e6 * f.predict_seconds / max(len(f.predictions), 1) for f in line.candidate.fits.values()]
            ),
            "size_bytes": None,
            "info": line.candidate.info,
            "best": line is lines[0],
            "delivered": line.candidate is delivered,
        }
        for line in lines
    ]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def use_block(run: Path, profile: Profile, features: list[str]) -> dict[str, Any]:
    """The `use` block: how to predict, ready to paste."""
    things = UNITS[profile.modality.value][1]
    files = bool(profile.media) or profile.reading.get("format") == "txt"
    data = things.upper() if files else "NEW.csv"
    # Paths of images are relative to the table's file, which a frame does not know.
    by_name = files or any(column.kind == "image" for column in profile.columns)
    named = f'"new-{things}/"' if files else '"NEW.csv"'
    argument = named if by_name else 'pd.read_csv("NEW.csv")'
    head = "import automl" if by_name else "import automl\nimport pandas as pd"
    return {
        "predict": f"automl predict {shlex.quote(str(run))} {data} --out predictions.csv",
        "python": f"{head}\n\nrun = automl.load({str(run)!r})\npredictions = run.predict({argument})",
        "columns": features,
    }
