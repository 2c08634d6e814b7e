"""Progress on stderr: one live block on a terminal, plain lines in a pipe, nothing when quiet."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Self, TextIO

from automl.report.formats import printable

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console as RichConsole
    from rich.console import Group
    from rich.live import Live

    from automl.clock import Clock
    from automl.errors import AutoMLError

REFRESH = 4
"""Times a second that the live block is drawn."""
TRIAL_EVERY = 10.0
"""Seconds between plain lines about trials that brought nothing better."""
BAR = 24
"""Width of the budget bar in characters."""


class Console:
    """Tells a person how a run goes.

    Use it as a context manager; every method may be called outside of it too and then prints plain lines.

    Args:
        quiet: print errors only.
        budget: seconds allowed; None when trials are counted.
        clock: tells the seconds since the start.
        stream: where to print; stderr when None.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        budget: float | None = None,
        clock: Clock | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self.quiet, self.budget, self.clock = quiet, budget, clock
        self.stream = stream if stream is not None else sys.stderr
        self._started = time.monotonic()
        self._live: Live | None = None
        self._stage, self._stage_started = "", 0.0
        self._verdict = self._trial = self._best = ""
        self._trial_told = float("-inf")

    @property
    def is_live(self) -> bool:
        """True when a live block can be drawn: a terminal that moves its cursor, and not quiet."""
        return not self.quiet and self.stream.isatty() and os.environ.get("TERM", "") not in {"dumb", ""}

    def start(self) -> None:
        """Show the live block, on a terminal."""
        if not self.is_live or self._live is not None:
            return
        from rich.live import Live

        self._live = Live(
            get_renderable=self._block,
            console=self._rich(),
            refresh_per_second=REFRESH,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def stop(self) -> None:
        """Take the live block away and leave the last stage as a line."""
        if self._live is not None:
            self._end_stage()
            live, self._live = self._live, None
            live.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stage(self, name: str) -> None:
        """A new stage begins; the one before is over."""
        self._end_stage()
        self._stage, self._stage_started, self._trial = name, self.elapsed(), ""
        if self._live is None:
            self._plain(name)

    def note(self, text: str) -> None:
        """Something worth a line."""
        self._say(text, "dim")

    def verdict(self, line: str) -> None:
        """The provisional verdict, replaced as evidence comes in; plain mode prints it when its text changes."""
        changed, self._verdict = line != self._verdict, line
        if changed and self._live is None:
            self._plain(f"verdict so far: {line}")

    def trial(self, number: int, total: int | None, best: str, last: str) -> None:
        """A trial has ended.

        Args:
            number: of this trial, from 1.
            total: trials planned; None (or 0) when only time limits them.
            best: the best figure so far, as text; '' before there is one.
            last: the figure of the trial that ended last, as text; '' before there is one.
        """
        so_far = f", best {best}, last {last}" if last else f", best {best}" if best else ""
        self._trial = f"trial {number}{f' of {total}' if total else ''}{so_far}"
        better, self._best = best != self._best, best
        due = better or number == total or self.elapsed() - self._trial_told >= TRIAL_EVERY
        if self._live is None and due:
            self._trial_told = self.elapsed()
            self._plain(self._trial)

    def error(self, problem: AutoMLError) -> None:
        """What is wrong, where, and what to try; printed also when quiet."""
        self.stop()
        what, *rest = str(problem).split("\n")
        if not self.stream.isatty():
            self._write("\n".join((f"error: {what}", *rest)))
            return
        from rich.text import Text

        console = self._rich()
        console.print(Text(printable(f"error: {what}"), style="bold red"))
        for line in rest:
            console.print(Text(printable(line), style="red"), soft_wrap=True)

    def elapsed(self) -> float:
        """Seconds since the start of the run."""
        return self.clock.elapsed() if self.clock is not None else time.monotonic() - self._started

    def _end_stage(self) -> None:
        if self._stage and self._live is not None:
            took = self.elapsed() - self._stage_started
            tail = f"  {self._trial}" if self._trial else ""
            self._say(f"{self._stage:<12} {took:6.1f} s{tail}", "dim")
        self._stage = ""

    def _say(self, text: str, style: str) -> None:
        if self._live is None:
            self._plain(text)
            return
        from rich.text import Text

        self._live.console.print(Text(printable(text), style=style))

    def _plain(self, text: str) -> None:
        if not self.quiet:
            self._write(f"[{self.elapsed():6.1f} s] {text}")

    def _write(self, text: str) -> None:
        self.stream.write(printable(text) + "\n")
        self.stream.flush()

    def _rich(self) -> RichConsole:
        from rich.console import Console as RichConsole

        # rich reads NO_COLOR itself; highlighting would colour parts of words.
        return RichConsole(file=self.stream, highlight=False)

    def _block(self) -> Group:
        """The live block: verdict so far, then stage, bar and trials."""
        from rich.console import Group
        from rich.text import Text

        seconds = self.elapsed()
        line = Text.assemble((f"{self._stage or 'starting':<12} ", "bold"), *self._bar(seconds))
        rows = [line]
        if self._trial:
            rows.append(Text(f"{'':<12} {self._trial}"))
        if self._verdict:
            rows.insert(0, Text.assemble(("verdict so far: ", "dim"), (printable(self._verdict), "green")))
        for row in rows:
            row.no_wrap, row.overflow = True, "ellipsis"
        return Group(*rows)

    def _bar(self, seconds: float) -> list[tuple[str, str]]:
        if not self.budget:
            return [(f"{_clock(seconds)}", "")]
        filled = min(int(BAR * seconds / self.budget), BAR)
        return [
            ("━" * filled, "cyan"),
            ("━" * (BAR - filled), "bright_black"),
            (f" {_clock(seconds)} / {_clock(self.budget)}", ""),
        ]


def _clock(seconds: float) -> str:
    """Minutes and seconds, '6:12'."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
