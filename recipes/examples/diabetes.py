"""How far will diabetes progress within a year? 442 patients, ten inputs; the same job through the Python API.

Arguments: a folder to work in (a temporary one when not given), a budget (60s when not given).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

import automl
from automl.data import sample


def main() -> None:
    """Fit, look at the decision, predict."""
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    budget = sys.argv[2] if len(sys.argv) > 2 else "60s"
    data = sample.write("diabetes", work)

    run = automl.fit(data, target="progression", budget=budget, seed=0, out=work / "run")
    print(run.decision.sentence)
    for reason in run.decision.reasons:
        print(f"  {reason}")
    print(run.leaderboard.to_string(index=False))

    patients = pd.read_csv(data).drop(columns="progression").head(3)
    print(run.predict_frame(patients).round(1).to_string(index=False))
    print(f"report: {run.report_path}")


if __name__ == "__main__":
    main()
