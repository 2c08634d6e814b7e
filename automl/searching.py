"""The search as a stage of the run: what it may spend, which kind of search it is, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl import interrupts
from automl.decide.after import IDLE, after_search, left_open
from automl.evaluate import cost
from automl.evaluate.leaderboard import best_of
from automl.finish import BLEND_SECONDS, EXPLAIN_SHARE, LOOK_AGAIN_SECONDS
from automl.search.portfolio import Portfolio
from automl.search.settling import FEWEST, settle, train_longer
from automl.search.trials import Search, Tracker, joined, search
from automl.workers.pool import Workers

if TYPE_CHECKING:
    from collections.abc import Callable

    from automl.decide.engine import Decision
    from automl.decide.evidence import Probes
    from automl.evaluate.crossval import Candidate
    from automl.session import Session
    from automl.types import FamilyName

REPORT_SECONDS = 1.6
"""Kept for intervals, importance, files and the report at the end of a run; measured on the sample data, with slack."""
CHEAP_SHARE = 0.03
"""Rivals whose fit takes less than this share of the budget get a test figure for sure; others if time is left."""
JUDGING_SHARE = 0.5
"""Share of the budget that the search leaves for judging the best candidate, at most."""
REFIT_SHARE = 0.2
"""Share of the budget that the search of one family leaves for the refit on all rows, at most."""


def all_families(session: Session, allowed: tuple[FamilyName, ...]) -> Portfolio | None:
    """The search over all families, where accuracy comes first; else None: the named family alone is searched."""
    if session.plan.prefer != "accuracy" or session.plan.explainable or session.plan.limited:
        return None
    cv = session.cv
    reserve = _finishing(session) + BLEND_SECONDS
    return Portfolio(
        cv, allowed, Search([]), _tracker(session, lambda _: 0.0), cv.journal.fingerprint, reserve, session.plan.trials,
        together=cv.worker is not None and not cv.clock.counts_trials,
        lanes=len(cv.worker.members) if isinstance(cv.worker, Workers) else 1,
    )  # fmt: skip


def run_search(
    session: Session, decision: Decision, probes: Probes, whole: Portfolio | None
) -> tuple[list[Candidate], Search]:
    """Search the named family, or run the portfolio; every candidate of the run, probes first."""
    searches = [] if whole is None else [whole.result]
    session.interrupted = session.interrupted or probes.interrupted
    with session.stages.stage("search"):
        try:
            if whole is not None and not session.interrupted:
                whole.run(probes.candidates, probes.others)
            elif not session.interrupted:
                _search_named(session, decision, probes, searches)
            interrupts.check()  # a press during the last fit
        except KeyboardInterrupt:
            interrupts.answered()
            session.interrupted = True
        result = joined(searches)
        if session.interrupted:
            result.stopped = "interrupted"
    session.events.add("searched", family=decision.family, trials=len(result.trials), stopped=result.stopped)
    # In the search of one family its further configurations are among the trials again, from the journal.
    again = {c.family for c in result.trials} if whole is None else set()
    others = [c for c in probes.others if c.ok and c.family not in again]
    return [*probes.candidates.values(), *others, *result.trials], result


def _search_named(session: Session, decision: Decision, probes: Probes, searches: list[Search]) -> None:
    """Search the family named; then the one that time left over has made the verdict, if that is another.

    Args:
        session, decision, probes: of the run.
        searches: gets every search as it begins.
    """
    _search_one(session, probes.candidates[decision.family], probes, searches)
    if session.clock.counts_trials:
        return
    _settle(session, decision, probes, searches)
    if session.clock.left(_reserve(session, None, probes, decision.family)) <= 0:
        return
    judged = [*probes.candidates.values(), *(trial for search in searches for trial in search.trials)]
    again, _ = after_search(session.cv, decision, judged, session.asked)
    if again.family not in (decision.family, "baseline"):
        _search_one(session, best_of([c for c in judged if c.family == again.family]), probes, searches)


def _search_one(session: Session, start: Candidate, probes: Probes, searches: list[Search]) -> None:
    """The search of one family, from a candidate of it on."""
    result = _next(searches, sorted(start.losses))
    tracker = _tracker(session, lambda best: _reserve(session, best, probes, start.family), _shown(session, start))
    search(session.cv, start, session.plan.trials, session.cv.journal.fingerprint, tracker, result)


def _next(searches: list[Search], splits: list[int]) -> Search:
    """A search after these, and one of them."""
    searches.append(Search(splits, first=sum(len(search.trials) for search in searches)))
    return searches[-1]


def _settle(session: Session, decision: Decision, probes: Probes, searches: list[Search]) -> None:
    """Spend the time left over on families that may yet be named: on further splits, or on a longer training."""
    open_ones = [name for name in left_open(decision, IDLE) if name in probes.candidates]
    if not open_ones:
        return
    cv, reserve = session.cv, _finishing(session) + LOOK_AGAIN_SECONDS
    small = session.outer.protocol == "repeated_cv"
    # Small data: a family that is judged on every row may be delivered without being judged again.
    named = decision.family
    splits = [i for i, s in enumerate(cv.splits) if s.repeat == 0] if small else list(probes.splits([named]))
    fewest = len(splits) if small else FEWEST
    # The baseline says how much there is to gain; its fits cost nothing.
    before = [probes.candidates[name] for name in ("baseline", named) if name in probes.candidates]
    fits = settle(cv, splits, before, reserve)
    for probe in (probes.candidates[name] for name in open_ones):
        result, tracker = _next(searches, splits), _tracker(session, lambda _: 0.0, _shown(session, before[-1]))
        if train_longer(cv, probe, splits, fewest, reserve, tracker, result):
            fits += len(result.trials[0].fits)
        else:
            fits += settle(cv, splits, [*before, probe], reserve)
    if fits:
        session.events.add("settled", families=open_ones, fits=fits)


def _finishing(session: Session) -> float:
    """Seconds for the report and the explanation."""
    return REPORT_SECONDS + EXPLAIN_SHARE * (session.clock.budget or 0.0)


def _reserve(session: Session, best: Candidate | None, probes: Probes, named: FamilyName) -> float:
    """Seconds the search leaves: the report, test fits of cheap rivals and of the best candidate, a refit if cheap."""
    budget = session.clock.budget or 0.0
    rivals = [cost.expected_seconds(c) for name, c in probes.candidates.items() if name != named]
    needed = _finishing(session) + cost.MORE_ROWS * sum(s for s in rivals if s < CHEAP_SHARE * budget)
    if best is None:
        return needed
    # Small data are judged by cross-validation on fresh splits, and then fitted once more.
    fits = 1 + max(s.fold for s in session.cv.splits) + 1 if session.outer.protocol == "repeated_cv" else 1
    once = min(fits * cost.MORE_ROWS * cost.expected_seconds(best), JUDGING_SHARE * budget)
    again = cost.refit_seconds(best)
    return needed + once + (again if again < REFIT_SHARE * budget else 0.0)


def _tracker(session: Session, reserve: Callable[[Candidate | None], float], first: str = "") -> Tracker:
    """Trials as console lines and events.

    Args:
        first: the best so far before any trial.
    """
    shown = {"best": first, "last": ""}

    def begin(number: int) -> None:
        session.console.trial(number, session.plan.trials, shown["best"], shown["last"])

    def end(trial: Candidate, best: Candidate, began: float) -> None:
        value = session.metric.to_loss(trial.loss()) if trial.ok else None
        session.events.add(
            "trial", number=trial.trial, candidate=trial.name, params=trial.params, value=value, status=trial.status,
            reason=trial.reason, began=began,
        )  # fmt: skip
        shown.update(best=_shown(session, best), last=_shown(session, trial))

    return Tracker(begin, end, reserve)


def _shown(session: Session, candidate: Candidate) -> str:
    """A candidate and its score, for the console."""
    if not candidate.ok:
        return f"{candidate.configuration}: {candidate.reason}"
    return f"{session.metric.label} {session.metric.to_loss(candidate.loss()):.4g} ({candidate.configuration})"
