"""Durations and sizes, read and written."""

import pytest

from automl.errors import UsageError
from automl.units import duration, parse_latency, parse_size, size, with_minus


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.00025, "250 μs"),
        (0.031, "31 ms"),
        (0.0042, "4.2 ms"),
        (4.2, "4.2 s"),
        (150.4, "150 s"),
        (599, "599 s"),
        (600, "10 min"),
        (1528, "25 min"),
        (3599, "1 h"),
        (7639, "2 h 7 min"),
        (360_000, "100 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(512, "512 B"), (12_300, "12.3 kB"), (10 * 10**6, "10 MB"), (3 * 10**15, "3000 TB")]
)
def test_sizes(count, text):
    assert size(count) == text


@pytest.mark.parametrize(("text", "count"), [("10MB", 10_000_000), ("512 kB", 512_000), ("2g", 2 * 10**9), (77, 77)])
def test_sizes_are_read_as_they_are_written(text, count):
    assert parse_size(text, "--max-size") == count


@pytest.mark.parametrize("text", [duration(2e-4), "200us", "200 \N{MICRO SIGN}s", "0.2MS", 2e-4])
def test_durations_are_read_as_they_are_written(text):
    assert parse_latency(text, "--max-latency") == pytest.approx(2e-4)


@pytest.mark.parametrize("text", ["big", "0", "-1MB", True, 0.2])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(UsageError, match="Cannot read the model size"):
        parse_size(text, "--max-size")


@pytest.mark.parametrize("seconds", [0.005, 0.25, 2.0])
def test_a_written_duration_reads_back(seconds):
    assert parse_latency(duration(seconds), "--max-latency") == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("figure", "printed"),
    [("-0.00", "0.00"), ("-0", "0"), ("-1.5", "\N{MINUS SIGN}1.5"), ("2", "2"), ("-3e-08", "\N{MINUS SIGN}3e-08")],
)
def test_a_minus_sign_stands_before_figures_below_zero_alone(figure, printed):
    assert with_minus(figure) == printed
