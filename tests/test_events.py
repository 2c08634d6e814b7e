"""The event log stays readable whatever ends the run that writes it."""

import pytest

from automl import events
from automl.clock import Clock
from automl.events import Events


@pytest.fixture
def log(tmp_path):
    return Events(tmp_path / "events.jsonl", Clock(None))


def names(log):
    return [event["event"] for event in events.read(log.path)]


def test_events_are_read_as_they_were_written(log):
    log.add("begin", what="ä\u2028\n")
    log.add("end")
    assert names(log) == ["begin", "end"]
    assert events.read(log.path)[0]["what"] == "ä\u2028\n"


@pytest.mark.parametrize("cut", [b'{"sec', b'{"seconds": 1.5, "event": "\xc3'])
def test_an_event_after_one_that_was_cut_short_has_a_line_of_its_own(log, cut):
    log.add("begin")
    log.path.write_bytes(log.path.read_bytes() + cut)
    log.add("begin")
    log.add("end")
    assert names(log) == ["begin", "begin", "end"]


def test_a_line_that_was_only_not_ended_is_kept(log):
    log.add("begin")
    log.path.write_bytes(log.path.read_bytes().rstrip(b"\n"))
    log.add("end")
    assert names(log) == ["begin", "end"]


def test_a_log_without_one_whole_event_is_an_error(log):
    log.path.write_bytes(b'{"sec')
    with pytest.raises(ValueError, match="Unterminated string"):
        events.read(log.path)
