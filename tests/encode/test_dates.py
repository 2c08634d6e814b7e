from datetime import UTC, datetime

import numpy as np
import pytest

from automl.encode.dates import PARTS, date_parts


def parts(*moments):
    seconds = [m.replace(tzinfo=UTC).timestamp() for m in moments]
    return [dict(zip(PARTS, row, strict=True)) for row in date_parts(np.asarray(seconds))]


@pytest.mark.parametrize(
    ("moment", "year", "day"),
    [
        (datetime(1970, 1, 1), 1970, 1),  # noqa: DTZ001 (made aware below)
        (datetime(1969, 12, 31, 23, 59, 59), 1969, 31),  # noqa: DTZ001
        (datetime(2024, 2, 29, 12), 2024, 29),  # noqa: DTZ001
        (datetime(1900, 3, 1), 1900, 1),  # noqa: DTZ001
        (datetime(2199, 7, 15), 2199, 15),  # noqa: DTZ001
    ],
)
def test_the_parts_are_those_of_the_calendar(moment, year, day):
    (got,) = parts(moment)
    assert got["year"] == year
    assert got["day"] == day
    assert got["elapsed"] == pytest.approx(moment.replace(tzinfo=UTC).timestamp() / 86_400)
    angles = {
        "month": 2 * np.pi * (moment.month - 1) / 12,
        "weekday": 2 * np.pi * moment.weekday() / 7,
        "hour": 2 * np.pi * (moment.hour + moment.minute / 60 + moment.second / 3600) / 24,
    }
    for name, angle in angles.items():
        assert got[f"{name}_sin"] == pytest.approx(np.sin(angle), abs=1e-9)
        assert got[f"{name}_cos"] == pytest.approx(np.cos(angle), abs=1e-9)


def test_december_lies_beside_january():
    december, january, june = parts(*(datetime(2023, month, 5) for month in (12, 1, 6)))  # noqa: DTZ001

    def gap(a, b):
        return np.hypot(a["month_sin"] - b["month_sin"], a["month_cos"] - b["month_cos"])

    assert gap(december, january) < 0.6 < gap(december, june)


def test_missing_stays_missing_in_every_part():
    got = date_parts(np.array([np.nan, 0.0, np.inf]))
    assert got.shape == (3, len(PARTS))
    assert np.isnan(got[[0, 2]]).all()
    assert np.isfinite(got[1]).all()


def test_no_rows_give_no_rows():
    assert date_parts(np.zeros(0)).shape == (0, len(PARTS))
