"""The last part of a run: freeze the choice, open the test part once, explain, refit, write everything."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from automl import families, interrupts, jsonio
from automl.clock import OutOfTime
from automl.collect import collect
from automl.config import to_toml
from automl.decide.after import after_search
from automl.decide.blend import NEVER, judge, with_blend
from automl.decide.compare import Flag
from automl.deciding import told
from automl.evaluate import bag, cost, final, interval, oof
from automl.evaluate.crossval import DATASET
from automl.evaluate.ensemble import ensemble
from automl.evaluate.leaderboard import best_by_family, best_of, leaderboard
from automl.evaluate.shape import Shape, shape
from automl.explain.importance import Importance, importance
from automl.explain.printable import write_printable
from automl.families import ensemble as model_folder
from automl.families.base import FitFailed
from automl.outcome import Outcome
from automl.report import facts
from automl.workers.executor import Shared, WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from automl.decide.engine import Decision
    from automl.evaluate.crossval import Candidate
    from automl.evaluate.final import Tested
    from automl.search.trials import Search
    from automl.session import Session
    from automl.types import FamilyName, Interval

WRITE_SECONDS = 1.2
"""Kept for writing the report and the files, whatever else there is time for."""
LOOK_AGAIN_SECONDS = 3.0
"""The second look at the verdict is left out when less than this is left."""
BLEND_SECONDS = 3.0
"""Kept for choosing an ensemble; none is chosen when less than this is left."""
EXPLAIN_SHARE = 0.05
TEST_DRAWS = 1_000


def finish(session: Session, decision: Decision, candidates: list[Candidate], found: Search) -> None:
    """Freeze, test, explain, refit and write.

    Args:
        candidates: probes first, then the trials of the search.
        found: how the search went.
    """
    blended = None
    with session.until_pressed():
        decision = _look_again(session, decision, candidates)
    single = chosen = best_of([c for c in candidates if c.family == decision.family])
    others = [c for c in best_by_family(candidates) if c.family != decision.family]
    with session.until_pressed():
        decision, blended = _blend(session, decision, candidates, single)
    if blended is not None:
        chosen, candidates = blended, [*candidates, blended]
        others = [single, *others]
    session.events.add("choice_frozen", candidate=chosen.name, family=chosen.family, loss=chosen.loss())
    outcome = _evaluate(session, candidates, chosen, others)
    decision = _with_outcome(decision, outcome, chosen)
    with session.stages.stage("report"), interrupts.held():
        record(session, decision, candidates)
        _write_predictions(session, outcome)
        _write_manifest(session, outcome)
        _write_leaderboard(session.folder / "leaderboard.csv", outcome)
        collect(session, decision, outcome, found)
        problem = session.prepared.dataset.problem
        card = write_printable(
            session.folder / "model", outcome.delivered.family, problem, session.folder, outcome.shape
        )
        session.facts.add(scorecard=card)
        write_report(session)
        interrupts.answered()  # a press that comes so late ends a run that has ended
    session.events.add("end", used=round(session.clock.elapsed(), 2))


def _look_again(session: Session, decision: Decision, candidates: list[Candidate]) -> Decision:
    """The verdict after the search, when there is time for it."""
    if session.clock.left(LOOK_AGAIN_SECONDS + WRITE_SECONDS) <= 0 or session.interrupted:
        return decision
    again, belief = after_search(session.cv, decision, candidates, session.asked)
    if belief is None:
        return again
    session.console.note(f"After the search: {again.sentence}")
    compared = set(decision.evidence["candidates"].values())
    probes = {c.family: c for c in candidates if c.name in compared}
    return told(session, again, probes, belief)


def _blend(
    session: Session, decision: Decision, candidates: list[Candidate], single: Candidate
) -> tuple[Decision, Candidate | None]:
    """The ensemble to deliver, or None; the decision says what was compared."""
    prefer, enough = session.plan.prefer, session.clock.left(BLEND_SECONDS + WRITE_SECONDS) > 0
    single_only = prefer in NEVER or session.plan.explainable or session.plan.limited
    if single_only or session.interrupted or not enough:
        return decision, None
    kept = [c for c in candidates if c.ok and c.models and c.family != "baseline"]
    fewest = 1 if prefer == "accuracy" else 2
    blended = ensemble(session.cv, kept, fewest=fewest, affordable=partial(_refits_fit, session))
    if blended is None:
        return decision, None
    baseline = next((c for c in candidates if c.ok and c.family == "baseline"), None)
    blend = judge(session.cv, baseline, single, blended, prefer)
    session.console.note(blend.reason)
    if not blend.used and prefer == "accuracy" and single.models:  # the single model too is delivered as a bag
        blended = ensemble(session.cv, [single], fewest=1)
        reason = f"{blend.reason} That model is delivered as the mean of its fits."
        blend = replace(blend, used=True, weights={single.name: 1.0}, reason=reason)
    return with_blend(decision, blend), blended if blend.used else None


def _refits_fit(session: Session, members: Sequence[Candidate]) -> bool:
    """Whether the members that can be fitted on all rows in the time left, each alone, can be so together."""
    left = session.clock.left(WRITE_SECONDS + BLEND_SECONDS + EXPLAIN_SHARE * (session.clock.budget or 0.0))
    return cost.refits_seconds(members, left, together=_side_by_side(session)) <= left


def _side_by_side(session: Session) -> bool:
    """Whether the worker fits beside this process, each with its own threads."""
    return session.plan.prefer == "accuracy" and not session.clock.counts_trials


def record(session: Session, decision: Decision, candidates: list[Candidate]) -> None:
    """Write what the decision rests on: decision.json, plan.toml, oof.parquet."""
    jsonio.write(session.folder / "decision.json", decision)
    _write_plan(session, decision)
    oof.write(session.folder / "oof.parquet", session.cv, [c for c in candidates if c.ok], session.prepared.rows)


def _evaluate(session: Session, candidates: list[Candidate], chosen: Candidate, others: list[Candidate]) -> Outcome:
    """Test figures, explanation and the delivered model, each as far as the time goes."""
    model = session.folder / "model"
    model.mkdir()
    explain_seconds = EXPLAIN_SHARE * (session.clock.budget or 0.0)
    with session.stages.stage("evaluate"):
        session.events.add("test_opened", rows=len(session.outer.test))
        tested = _open_test(session, chosen, others, WRITE_SECONDS + explain_seconds)
        delivered = tested.delivered or chosen
        with interrupts.held():
            # Of families first: one judged on a single split must not decide between those of another.
            best = best_of(best_by_family(candidates))
            lines = leaderboard(session.cv, candidates, best, session.plan.seed)
            shaped = _shape(session, delivered)
            values, differences = _test_figures(session, tested, delivered, shaped)
        with session.until_pressed():
            pass  # the press that was held back
    with session.stages.stage("explain"):
        refit_seconds = cost.refit_seconds(delivered) if session.outer.protocol == "holdout" else 0.0
        if refit_seconds > session.clock.left(WRITE_SECONDS):
            refit_seconds = 0.0  # there is no time for it anyway
        limit = min(explain_seconds, session.clock.left(WRITE_SECONDS + refit_seconds))
        important = None
        with session.until_pressed():
            important = _explain(session, delivered, limit)
        session.facts.add(importance=important)
    whole: set[str] = set()
    if (session.outer.protocol == "holdout" or delivered.members) and not session.interrupted:
        with session.stages.stage("refit"), session.until_pressed():
            _refit(session, delivered, whole)
    trained_on = _trained_on(session, delivered, whole)
    return Outcome(lines, tested, delivered, values, differences, shaped, trained_on)


def _open_test(session: Session, chosen: Candidate, others: list[Candidate], reserve: float) -> Tested:
    """The test part opened; after Ctrl-C for the chosen candidate and the last resort alone."""
    model, opened = session.folder / "model", []
    with session.until_pressed():
        opened.append(final.open_test(session.cv, session.outer, chosen, others, model, reserve))
    if opened:
        return opened[0]
    shutil.rmtree(model)
    model.mkdir()
    # A press now ends the run: there is nothing yet to report.
    return final.open_test(session.cv, session.outer, chosen, others[:1], model, reserve)


def _refit(session: Session, delivered: Candidate, whole: set[str]) -> None:
    """Fit what is delivered on all rows as time allows; the model folder holds a whole model at every moment.

    Args:
        whole: takes the name of a single model once its fit on all rows stands in the folder.
    """
    everything, model = np.arange(len(session.prepared.dataset)), session.folder / "model"
    if delivered.members:
        done = bag.refit(session.cv, delivered, everything, model, WRITE_SECONDS, together=_side_by_side(session))
        session.events.add("refitted", members=done.members, weight=done.weight)
        return
    fresh, before = session.folder / "work" / "refitted", session.folder / "work" / "before"
    for folder in (fresh, before):  # of a run that was ended here
        shutil.rmtree(folder, ignore_errors=True)
    fresh.mkdir(parents=True)
    if final.refit(session.cv, delivered, everything, fresh, WRITE_SECONDS) is None:
        return
    with interrupts.held():
        model.rename(before)
        fresh.rename(model)
        whole.add(delivered.name)


def _trained_on(session: Session, delivered: Candidate, whole: set[str]) -> str:
    """What the models in the model folder were trained on; what a refit that was ended left over is removed."""
    model = session.folder / "model"
    known = "all rows" if session.outer.protocol == "repeated_cv" else "development rows"
    if not delivered.members:
        return "all rows" if delivered.name in whole else known
    members = model_folder.read(model)
    for left_over in {f.name for f in model.iterdir() if f.is_dir()} - {name for m in members for name in m.folders}:
        shutil.rmtree(model / left_over)
    refitted = [m for m in members if all(name.startswith(f"{m.name}-all") for name in m.folders)]
    if len(refitted) == len(members):
        return "all rows"
    share = sum(member.weight for member in refitted)
    return f"folds of {known}" + (f"; {share:.0%} of the weight on all rows" if refitted else "")


def _test_figures(
    session: Session, tested: Tested, delivered: Candidate, shaped: Shape
) -> tuple[dict[str, Interval], dict[str, Interval]]:
    """Figures of all tested candidates; the delivered one as it is delivered: calibrated, with its threshold."""
    dataset, rows = session.prepared.dataset, tested.rows
    final_form = shaped.for_metric(session.metric.name, tested.predictions[delivered.name])
    compared = interval.many(
        session.metric,
        dataset.y[rows],
        {**tested.predictions, delivered.name: final_form},
        None if dataset.weight is None else dataset.weight[rows],
        reference=delivered.name,
        groups=interval.units(rows, dataset.groups),
        draws=TEST_DRAWS,
        seed=session.plan.seed,
    )
    return compared.values, compared.differences


def _shape(session: Session, delivered: Candidate) -> Shape:
    """What is done to the delivered model's outputs, learnt from its out-of-fold predictions."""
    rows = oof.stack(session.cv, [delivered], sorted(delivered.losses))
    problem, predictions = session.prepared.dataset.problem, rows.predictions[delivered.name]
    return shape(session.metric.name, problem, rows.y, predictions, rows.split, rows.weight, rows.row)


def _explain(session: Session, delivered: Candidate, seconds: float) -> Importance | None:
    """Permutation importance on rows the model did not learn from, where there are such rows."""
    counted = session.clock.counts_trials
    left = float("inf") if counted else seconds
    if left <= 0.1 or delivered.family == "baseline":
        return None
    judged = session.outer.test if len(session.outer.test) else session.outer.development
    executor = session.cv.executor(_runs_like(delivered))
    folder = _explained(session, delivered)
    limit = None if counted else left
    try:
        return executor.call(
            importance, Shared(DATASET), judged, folder, delivered.family, session.metric.name, limit, seconds=left
        )
    except (OutOfTime, WorkerDied, WorkerError, FitFailed, MemoryError):
        return None


def _explained(session: Session, delivered: Candidate) -> Path:
    """The model that is explained: the delivered one, or one model a member of an ensemble, which loads in time."""
    if not delivered.members:
        return session.folder / "model"
    folder = session.folder / "work" / "explained"
    bag.copy_models(delivered, folder, {c.name: sorted(c.models)[:1] for c, _ in delivered.members})
    return folder


def _runs_like(delivered: Candidate) -> FamilyName:
    """The family whose process can load the delivered model: an ensemble needs the worker when a member does."""
    members = [member.family for member, _ in delivered.members] or [delivered.family]
    return next((name for name in members if families.load(name).in_worker), members[0])


def _with_outcome(decision: Decision, outcome: Outcome, chosen: Candidate) -> Decision:
    """The decision with what was delivered, when something else than what was chosen had to be."""
    delivered = outcome.delivered.family
    if delivered == chosen.family:
        return decision
    instead = "the ensemble" if decision.ensemble else chosen.family
    why = chosen.reason or "the time was too short for its final fit"
    flag = Flag("delivered_differs", f"{delivered} is delivered in place of {instead}: {why}.")
    return replace(decision, ensemble=False, members=(delivered,), flags=(*decision.flags, flag))


def _write_plan(session: Session, decision: Decision) -> None:
    """plan.toml: everything needed to run again, the verdict as a comment."""
    profile, problem = session.prepared.profile, session.prepared.dataset.problem
    plan = replace(
        session.plan,
        target=None if profile.target.value == "folder" and profile.media else profile.target.value,
        task=problem.task,
        metric=problem.metric,
        budget=session.plan.seconds,
        modality=profile.modality.value,
    )
    comment = f"A complete recipe: automl fit {profile.source} --recipe plan.toml\nVerdict: {decision.sentence}"
    (session.folder / "plan.toml").write_text(to_toml(plan, comment), encoding="utf-8")


def _write_predictions(session: Session, outcome: Outcome) -> None:
    """predictions.csv: the judged rows with their targets and the delivered model's predictions before the refit."""
    from automl.predict import Predictor

    problem, rows = session.prepared.dataset.problem, outcome.tested.rows
    shaper = Predictor(problem, families.load("baseline"), outcome.shape)  # type: ignore[arg-type]
    frame = shaper.columns(outcome.tested.predictions[outcome.delivered.name])
    frame.insert(0, "row", session.prepared.rows[rows])
    frame.insert(1, "target", oof.labelled(problem, session.prepared.dataset.y[rows]))
    weight = session.prepared.dataset.weight
    if weight is not None:
        frame.insert(2, "weight", weight[rows])
    if session.prepared.paths:
        frame.insert(1, "path", [session.prepared.paths[i] for i in rows])
    frame.to_csv(session.folder / "predictions.csv", index=False)


def _write_manifest(session: Session, outcome: Outcome) -> None:
    folder = session.folder / "model"
    if session.prepared.history is not None:
        session.prepared.history.save(folder)
    files = sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file())
    jsonio.write(folder / "contract.json", session.prepared.dataset.problem)
    manifest = {
        "version": 1,
        "family": outcome.delivered.family,
        "configuration": outcome.delivered.configuration,
        "trained_on": outcome.trained_on,
        **outcome.shape.state(),
        "files": files,
    }
    jsonio.write(folder / "manifest.json", manifest)


def _write_leaderboard(path: Path, outcome: Outcome) -> None:
    block = facts.leaderboard_block(outcome.lines, outcome.values, outcome.differences, outcome.delivered)
    names = ("candidate", "family", "configuration", "trial", "status", "fit_seconds", "best", "delivered", "reason")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        figures = [f"{kind}_{end}" for kind in ("validation", "difference", "test") for end in ("value", "low", "high")]
        writer.writerow([*names[:5], *figures, *names[5:]])
        for line in block:
            ends = [
                getattr(line[kind], end) if line[kind] is not None else ""
                for kind in ("validation", "difference", "test")
                for end in ("value", "low", "high")
            ]
            writer.writerow([line[n] for n in names[:5]] + ends + [line[n] for n in names[5:]])


def write_report(session: Session) -> None:
    """report.json and report.html; the seconds used are as of writing."""
    from automl.report import html

    stages = {name: round(seconds, 2) for name, seconds in session.stages.seconds.items()}
    session.facts.add(
        budget={"seconds": session.clock.budget, "used": round(session.clock.elapsed(), 2), "stages": stages}
    )
    document = session.facts.report()
    jsonio.write(session.folder / "report.json", document)
    html.write(document, session.folder)
