import io
import subprocess
import sys

import pytest

from automl.console import Console
from automl.errors import DataError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


class StillClock:
    """A clock that stands at 12.5 seconds until told otherwise."""

    now = 12.5

    def elapsed(self):
        return self.now


def said(console):
    return console.stream.getvalue()


@pytest.fixture
def plain():
    return Console(stream=io.StringIO(), clock=StillClock(), budget=60)


@pytest.fixture
def live(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Console(stream=Terminal(), clock=StillClock(), budget=60)


def test_plain_lines_carry_the_time_and_no_escapes(plain):
    with plain as console:
        console.stage("read")
        console.note("7,043 rows [red]x[/red]")

    assert said(plain) == "[  12.5 s] read\n[  12.5 s] 7,043 rows [red]x[/red]\n"


def test_plain_verdict_is_printed_when_it_changes(plain):
    for line in ("linear (0.6)", "linear (0.6)", "trees (0.7)"):
        plain.verdict(line)

    assert said(plain).count("verdict so far") == 2


def test_plain_trials_are_printed_when_better_or_late_or_last(plain):
    plain.trial(1, 4, "0.80", "0.80")
    plain.trial(2, 4, "0.80", "0.70")
    plain.clock.now += 11
    plain.trial(3, 4, "0.80", "0.60")
    plain.trial(4, 4, "0.80", "0.50")

    assert [line.split("trial ")[1][0] for line in said(plain).splitlines()] == ["1", "3", "4"]


def test_controls_in_names_do_not_reach_the_terminal(plain):
    plain.note("column \x1b[2J\u202e")
    plain.error(DataError("Bad \x1b]0;x\x07"))

    assert said(plain) == "[  12.5 s] column [2J\nerror: Bad ]0;x\n"


def test_quiet_prints_errors_only():
    console = Console(quiet=True, stream=io.StringIO())
    with console:
        console.stage("read")
        console.note("n")
        console.verdict("v")
        console.trial(1, None, "a", "b")
    assert said(console) == ""

    console.error(DataError("Bad.", where="file", hint="do"))

    assert said(console) == "error: Bad.\n  where: file\n  try: do\n"


def test_live_block_shows_stage_budget_trial_and_verdict(live):
    with live as console:
        console.stage("search")
        console.verdict("trees (0.7)")
        console.trial(3, 20, "0.851", "0.84")
        console._live.refresh()
    text = said(live)

    for expected in (
        "search",
        "0:12 / 1:00",
        "trial 3 of 20, best 0.851, last 0.84",
        "verdict so far: ",
        "trees (0.7)",
    ):
        assert expected in text
    assert "\x1b[?25h" in text.split("verdict so far")[-1]  # the cursor is back


def test_no_color_leaves_colours_out(live, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    with live as console:
        console.stage("search")
        console.verdict("trees")

    assert "\x1b[32m" not in said(live)


def test_live_error_keeps_brackets_and_ends_the_block(live):
    with live as console:
        console.stage("read")
        console.error(DataError("Bad [x].", where="a.csv", hint="do"))

        assert console._live is None
    assert "error: Bad [x]." in said(live)
    assert "where: a.csv" in said(live)


def test_dumb_terminal_gets_plain_lines(live, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")

    with live as console:
        console.stage("read")

    assert said(live) == "[  12.5 s] read\n"


def test_import_is_free_of_rich():
    code = "import sys; import automl.console; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
