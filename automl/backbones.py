"""The pretrained network that the user named, found before anything is trained, or a finding that says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.checks import check
from automl.clock import OutOfTime
from automl.errors import UsageError
from automl.types import UNITS
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from automl.prepare import Prepared
    from automl.types import Finding
    from automl.workers.executor import Executor

SHARE, MOST_SECONDS = 0.5, 900.0
"""Of the time left that finding a backbone may take, a download included, and the most."""
FEATURES_SHARE = 0.2
"""Of the time left that computing the features of all rows may take."""
MODALITIES = ("image", "text")


def with_backbone(
    prepared: Prepared, name: str | None, worker: Executor | None, left: float, scratch: Path
) -> Prepared:
    """The same rows with a pretrained network beside them; without it and with a finding where it is no good.

    Args:
        name: as given to --backbone; None for none.
        worker: a process with Keras; None where the run trains no networks.
        left: seconds of the run.
        scratch: folder of the run; that of images holds their pixels.

    Raises:
        UsageError: the data are neither images nor texts.
    """
    if name is None:
        return prepared
    problem = prepared.dataset.problem
    if problem.modality not in MODALITIES:
        hint = "leave it out: it serves images and texts"
        what = f"A pretrained backbone is for images and texts, and these are {UNITS[problem.modality][1]}."
        raise UsageError(what, where=f"--backbone {name}", hint=hint)
    if worker is None:
        facts: dict[str, Any] = {
            "error": "this run trains no networks",
            "hint": "a --budget of 15 s or more, and --families with network",
        }
    else:
        facts = _found(name, prepared, worker, left, scratch)
    found = _finding(name, facts, left)
    prepared = replace(prepared, profile=replace(prepared.profile, findings=(*prepared.profile.findings, found)))
    if "error" in facts:
        return prepared
    media = {**prepared.profile.media, "backbone": facts}
    beside = scratch if problem.modality == "text" else None
    dataset = replace(prepared.dataset, problem=replace(problem, backbone=str(facts["name"])), beside=beside)
    return replace(prepared, profile=replace(prepared.profile, media=media), dataset=dataset)


def _finding(name: str, facts: dict[str, Any], left: float) -> Finding:
    """What was found, or what was wrong with it and how to put that right; a note where time made it see less."""
    one = check("AM509")
    if "error" in facts:
        action = f"Trained from scratch: {facts['error']}. To use one: {facts['hint']}."
        return one.finding(title=f"Backbone {name} not used", evidence=facts, action=action)
    said = f"Backbone {facts['name']}: {facts['features']:,} features, {facts['parameters']:,} weights"
    less = facts.get("size_left_out") or facts.get("length_left_out")
    if not less:
        return one.finding(title=said, evidence=facts, status="passed")
    seen = facts.get("length") or " x ".join(str(side) for side in facts["preprocessing"]["size"])
    wanted = less if isinstance(less, int) else " x ".join(str(side) for side in less)
    unit = "tokens" if isinstance(less, int) else "pixels"
    action = (
        f"It sees {seen} instead of {wanted} {unit}, so that the features of all rows take "
        f"{FEATURES_SHARE * left:.0f} s at most; a larger --budget lets it see all."
    )
    return replace(
        one.finding(title=f"{said}, seeing less for want of time", evidence=facts, action=action), severity="note"
    )


def _found(name: str, prepared: Prepared, worker: Executor, left: float, scratch: Path) -> dict[str, Any]:
    """The facts of the backbone that a worker laid beside the rows, or {'error', 'hint'}."""
    dataset, seconds, features = prepared.dataset, min(SHARE * left, MOST_SECONDS), FEATURES_SHARE * left
    try:
        if dataset.problem.modality == "text":
            columns = [column.name for column in dataset.problem.columns]
            return worker.call(for_texts, name, scratch, dataset.inputs, columns, features, seconds=seconds)
        return worker.call(for_images, name, dataset.inputs.file.parent, features, seconds=seconds)
    except OutOfTime:
        hint = "a larger --budget, or a file or folder that is at hand"
        return {"error": f"finding it took more than {seconds:.0f} s", "hint": hint}
    except (WorkerDied, WorkerError) as error:
        return {"error": f"loading it failed ({error})"[:300], "hint": "another file, or leave --backbone out"}


def for_images(name: str, folder: Path, seconds: float) -> dict[str, Any]:
    """What `place.write` returns; for a worker, because this process never imports Keras."""
    from automl.families.network import place

    return place.write(name, folder, seconds)


def for_texts(name: str, folder: Path, frame: pd.DataFrame, columns: Sequence[str], seconds: float) -> dict[str, Any]:
    """What `place_text.write` returns; for a worker, like `for_images`."""
    from automl.families.network import place_text

    return place_text.write(name, folder, frame, columns, seconds)
