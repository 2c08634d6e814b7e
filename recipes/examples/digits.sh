#!/usr/bin/env bash
# Which digit is it? 1,797 images of 8x8 pixels in ten class folders; from nothing to checked predictions.
# Arguments: a folder to work in (a temporary one when not given), a budget (120s when not given).
set -euo pipefail

work=${1:-$(mktemp -d)}
budget=${2:-120s}

automl sample digits "$work"

# The images recipe says why each setting is as it is: automl recipes show images
# Exit code 1 says that an error-level finding deserves a look; the run is complete all the same.
automl fit "$work/digits" --recipe images --budget "$budget" --seed 0 --out "$work/run" || [ $? -eq 1 ]

# A folder of images needs no labels to be predicted; the first column names the file.
automl predict "$work/run" "$work/digits/7" --out "$work/predictions.csv"
head -n 4 "$work/predictions.csv"

automl verify "$work/run"

echo "report: $work/run/report.html"
