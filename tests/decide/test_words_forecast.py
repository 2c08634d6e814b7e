"""The baseline of a forecast is named in sentences."""

import pytest

from automl.decide.words import of_forecast


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("No signal found: no model is shown to beat the baseline.", "No model is shown to beat the baseline (naive)."),
        ("Linear beats the baseline by 3 RMSE.", "Linear beats the baseline (naive) by 3 RMSE."),
        ("Trees beat linear by 3 RMSE.", "Trees beat linear by 3 RMSE."),
    ],
)
def test_a_forecast_names_its_baseline(text, said):
    assert of_forecast(text, "naive") == said
