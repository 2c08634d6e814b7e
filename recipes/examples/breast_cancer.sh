#!/usr/bin/env bash
# Is a breast mass malignant? 569 patients, 30 measurements; from nothing to checked predictions.
# Arguments: a folder to work in (a temporary one when not given), a budget (60s when not given).
set -euo pipefail

work=${1:-$(mktemp -d)}
budget=${2:-60s}

automl sample breast_cancer "$work"

# Exit code 1 says that an error-level finding deserves a look; the run is complete all the same.
automl fit "$work/breast_cancer.csv" --target diagnosis --budget "$budget" --seed 0 --out "$work/run" || [ $? -eq 1 ]

# Any table with the same input columns can be predicted; here the one learnt from.
automl predict "$work/run" "$work/breast_cancer.csv" --out "$work/predictions.csv"
head -n 4 "$work/predictions.csv"

# Are the verdict and the figures what the stored predictions say?
automl verify "$work/run"

echo "report: $work/run/report.html"
