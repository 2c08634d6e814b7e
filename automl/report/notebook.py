"""Small cards that a run, a profile and a decision show themselves as in a notebook."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from automl.report import view
from automl.report.formats import number, plural, short
from automl.report.names import some
from automl.report.sections import answer, verdict

STYLE = Markup("""<style>
.automl-card{--paper:transparent;--rule:#8885;--rest:#8885;--linear:#2f8fd0;--trees:#1f9d78;--network:#d9661f;--muted:#808589;
--baseline:#808589;font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;max-width:46rem;border:1px solid #8886;
border-radius:6px;padding:.9rem 1.1rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.automl-card h4{margin:0 0 .2rem;font-size:1.15em}.automl-card p{margin:.25rem 0}.automl-card svg{display:block}
.automl-card table{border-collapse:collapse;margin:.5rem 0 0;font-size:1em}.automl-card td,
.automl-card th{padding:.15rem .9rem .15rem 0;text-align:left;background:none;border:0}.automl-card .n{text-align:right}
.automl-card .soft{opacity:.8;font-size:.93em}
</style>""")
"""Scoped by its class; mid-tones, because a notebook's theme need not follow the system's light or dark."""

MOST = 12


def run_card(report: dict[str, Any]) -> str:
    """A finished run: how good, which family, can one rely on it."""
    told = answer.build(report)
    body = [_heading(told["name"], told["question"]), told["gauge"] or ""]
    body += [Markup("<p>{}</p>").format(text) for _, text in told["sentences"]]
    command = view.at(report, "use", "predict")
    if command:
        body.append(Markup('<p class="soft"><code>{}</code></p>').format(command))
    return _card(body)


def decision_card(decision: dict[str, Any]) -> str:
    """A verdict: the family, the probabilities and the main reasons."""
    family = view.family_name(decision.get("family"))
    body = [_heading(family, str(decision.get("sentence") or "")), verdict.probability_bar(decision)]
    shares = [f"{f} {view.share(p)}" for f, p in view.shares(decision).items()]
    if shares:
        body.append(Markup('<p class="soft">{}</p>').format(", ".join(shares)))
    body += [Markup("<p>{}</p>").format(short(reason, 300)) for reason in view.listing(decision, "reasons")[:3]]
    return _card(body)


def profile_card(profile: dict[str, Any]) -> str:
    """A profile: rows, target, the first columns, the findings."""
    report = {"profile": profile, "findings": view.listing(profile, "findings")}
    rows = int(view.figure(profile, "rows") or 0)
    task, target = view.at(profile, "task", "value"), view.at(profile, "target", "value")
    body = [
        _heading(profile.get("name") or "data", f"{plural(rows, *view.unit(report))}; target {target}; {task}"),
        _columns(profile),
    ]
    body += [
        Markup("<p><b>{}</b> {} <span class=soft>{}</span></p>").format(
            f.get("code", ""), short(f.get("title", ""), 160), some(f.get("columns") or [], 4, 30)
        )
        for level in ("error", "warning")
        for f in view.found(report, level)[:MOST]
    ]
    return _card(body)


def _columns(profile: dict[str, Any]) -> Markup:
    columns = [c for c in view.listing(profile, "columns") if isinstance(c, dict)]
    if not columns:
        return Markup("")
    row = Markup("<tr><td>{}</td><td>{}</td><td>{}</td><td class=n>{}</td><td class=n>{}</td></tr>")
    cells = Markup("").join(
        row.format(
            short(c.get("name", ""), 50),
            c.get("kind", ""),
            c.get("role", ""),
            number(c.get("missing")),
            number(c.get("distinct")),
        )
        for c in columns[:MOST]
    )
    head = Markup(
        "<tr><th scope=col>Column</th><th scope=col>Kind</th><th scope=col>Use</th>"
        "<th scope=col class=n>Missing</th><th scope=col class=n>Distinct</th></tr>"
    )
    more = (
        Markup("<p class=soft>{} more columns</p>").format(f"{len(columns) - MOST:,}")
        if len(columns) > MOST
        else Markup("")
    )
    return Markup("<table>{}{}</table>{}").format(head, cells, more)


def _heading(name: Any, line: str) -> Markup:
    return Markup("<h4>{}</h4><p class=soft>{}</p>").format(short(name, 80), line)


def _card(parts: list[Any]) -> str:
    body = Markup("").join(escape(part) for part in parts)
    return STYLE + Markup('<div class="automl-card">{}</div>').format(body)
