"""Findings with stable codes: one check a file, run over a profiled table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from functools import cache, partial
from typing import TYPE_CHECKING

from automl.checks.base import Check, CheckFacts, NotApplicable
from automl.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.types import Finding

__all__ = [
    "Check",
    "CheckFacts",
    "NotApplicable",
    "all_checks",
    "check",
    "dropped_by",
    "listing",
    "page",
    "run_checks",
    "without",
]

WIDTH = 100
"""Columns of a page that is not for a narrower terminal."""
HEADS = re.compile(r"\n(?=(?:What|Why|Threshold|To)\b[^:\n]*:)")
"""Where a paragraph of a page begins."""

ALIKE = 0.85
"""Likeness from which another code is meant: one sign too many or too few. With another digit it may be any of ten."""


@cache
def all_checks() -> dict[str, Check]:
    """Code -> check, in the order of the codes: every module here that is named by a code."""
    found: dict[str, Check] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name.startswith("am")):
        members = vars(importlib.import_module(f"{__name__}.{module}")).values()
        for member in members:
            if inspect.isclass(member) and issubclass(member, Check) and member is not Check:
                found[member.code] = member()
    return found


def check(code: str) -> Check:
    """The check of a code.

    Raises:
        UsageError: unknown code.
    """
    found = all_checks()
    if code.upper() not in found:
        hint = did_you_mean(code, found, ALIKE) or "automl explain lists all codes"
        raise UsageError(f"Unknown finding {code!r}.", hint=hint)
    return found[code.upper()]


def page(code: str, width: int = WIDTH) -> str:
    """What a code means, why it matters, what is done about it and how to override that, in lines of so many columns.

    Raises:
        UsageError: unknown code.
    """
    one = check(code)
    wrap = partial(textwrap.fill, width=width, break_long_words=False, break_on_hyphens=False)
    paragraphs = (wrap(" ".join(part.split())) for part in HEADS.split(inspect.cleandoc(one.page)))
    return "\n".join((f"{one.code} {one.title} ({one.severity})", "", *paragraphs, ""))


def listing() -> str:
    """Every code with its severity and title, a line each."""
    return "".join(f"{one.code}  {one.severity:7}  {one.title}\n" for one in all_checks().values())


def run_checks(facts: CheckFacts, ignore: Iterable[str] = ()) -> tuple[Finding, ...]:
    """What every check says about a table: found, passed, not applicable or (when ignored) skipped.

    Raises:
        UsageError: an ignored code is unknown.
    """
    ignored = {check(code).code for code in ignore}
    findings: list[Finding] = []
    for code, one in all_checks().items():
        if one.in_run:
            continue
        if code in ignored:
            findings.append(one.finding(status="skipped", action=f"ignored by --ignore {code}"))
            continue
        try:
            found = one.run(facts)
        except NotApplicable as reason:
            findings.append(one.finding(status="not_applicable", action=str(reason)))
            continue
        findings.extend(found or [one.finding(status="passed")])
    return tuple(findings)


def without(findings: Iterable[Finding], ignore: Iterable[str]) -> tuple[Finding, ...]:
    """The findings, those of ignored codes skipped, each code once: for what the run finds as it goes.

    Raises:
        UsageError: an ignored code is unknown.
    """
    ignored = {check(code).code for code in ignore}
    kept: list[Finding] = []
    for finding in findings:
        if finding.code not in ignored:
            kept.append(finding)
        elif all(finding.code != other.code for other in kept):
            kept.append(check(finding.code).finding(status="skipped", action=f"ignored by --ignore {finding.code}"))
    return tuple(kept)


def dropped_by(findings: Iterable[Finding]) -> dict[str, str]:
    """Column -> code of the finding for which it is no input."""
    dropping = {code for code, one in all_checks().items() if one.drops}
    return {
        column: finding.code
        for finding in findings
        if finding.status == "found" and finding.code in dropping
        for column in finding.columns
    }
