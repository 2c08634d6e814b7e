"""What a run on images needs beyond pixels: near-duplicates tied together, and the pretrained network found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks import check
from automl.clock import OutOfTime
from automl.data import near
from automl.errors import UsageError
from automl.workers.executor import WorkerDied, WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from automl.data.dataset import Array
    from automl.prepare import Prepared
    from automl.types import Finding
    from automl.workers.executor import Executor

TIED = 0.5
"""Share of the images in one group of near-duplicates above which the hash does not tell this set apart."""
SHARE, MOST_SECONDS = 0.5, 900.0
"""Of the time left that finding a backbone may take, a download included, and the most."""
FEATURES_SHARE = 0.2
"""Of the time left that computing the features of all images may take."""
LISTED = 5


def tied(prepared: Prepared, ignore: Iterable[str] = ()) -> Prepared:
    """The same images, near-duplicates in one group (merged with the user's own groups), with a finding."""
    one, dataset = check("AM312"), prepared.dataset
    if dataset.problem.modality != "image" or one.code in {code.upper() for code in ignore}:
        return prepared
    codes = near.groups(dataset.inputs)
    sizes = np.bincount(codes)
    copies = len(codes) - len(sizes)
    if not copies:
        return _with(prepared, one.finding(status="passed"))
    evidence: dict[str, Any] = {"images": copies, "groups": int((sizes > 1).sum()), "largest": int(sizes.max())}
    evidence |= {"examples": _examples(prepared.paths, codes, sizes)}
    title = f"Near-duplicates of other images: {copies:,}"
    if sizes.max() > TIED * len(codes):
        action = "not tied together: more than half of the images would be one group; give --group re:PATTERN"
        return _with(prepared, one.finding(title=title, evidence=evidence, action=action))
    if dataset.part is not None:
        across = sum(len(set(dataset.part[codes == code])) > 1 for code in np.flatnonzero(sizes > 1))
        action = f"kept where the data put them; {across:,} groups lie in both training and test part"
        found = one.finding(title=title, evidence={**evidence, "across_parts": int(across)}, action=action)
        return _with(prepared, found if across else replace(found, severity="note"))
    groups = codes if dataset.groups is None else near.together(codes, dataset.groups)
    found = one.finding(title=title, evidence=evidence, action="never in both training and test; --ignore AM312")
    prepared = _with(prepared, replace(found, severity="note"))
    return replace(prepared, dataset=replace(dataset, groups=groups))


def with_backbone(prepared: Prepared, name: str | None, worker: Executor | None, left: float) -> Prepared:
    """The same images with a pretrained network beside their pixels; without it and with a finding where it is no good.

    Args:
        name: as given to --backbone; None for none.
        worker: a process with Keras; None where the run trains no networks.
        left: seconds of the run.

    Raises:
        UsageError: the data are no images.
    """
    if name is None:
        return prepared
    problem = prepared.dataset.problem
    if problem.modality != "image":
        hint = "leave it out: it serves folders and manifests of images"
        raise UsageError("A pretrained backbone is for images.", where=f"--backbone {name}", hint=hint)
    if worker is None:
        facts = {
            "error": "this run trains no networks",
            "hint": "a --budget of 15 s or more, and --families with network",
        }
    else:
        facts = _found(name, prepared.dataset.inputs.file.parent, worker, left)
    if "error" in facts:
        action = f"Trained from scratch: {facts['error']}. To use one: {facts['hint']}."
        found = check("AM509").finding(title=f"Backbone {name} not used", evidence=facts, action=action)
        return _with(prepared, found)
    media = {**prepared.profile.media, "backbone": facts}
    dataset = replace(prepared.dataset, problem=replace(problem, backbone=str(facts["name"])))
    return replace(prepared, profile=replace(prepared.profile, media=media), dataset=dataset)


def _found(name: str, folder: Path, worker: Executor, left: float) -> dict[str, Any]:
    """The facts of the backbone that a worker wrote into the folder, or {'error', 'hint'}."""
    seconds = min(SHARE * left, MOST_SECONDS)
    try:
        return worker.call(write, name, folder, FEATURES_SHARE * left, seconds=seconds)
    except OutOfTime:
        hint = "a larger --budget, or a file or folder that is at hand"
        return {"error": f"finding it took more than {seconds:.0f} s", "hint": hint}
    except (WorkerDied, WorkerError) as error:
        return {"error": f"loading it failed ({error})"[:300], "hint": "another file, or leave --backbone out"}


def write(name: str, folder: Path, seconds: float) -> dict[str, Any]:
    """What `place.write` returns; for a worker, because this process never imports Keras."""
    from automl.families.network import place

    return place.write(name, folder, seconds)


def _with(prepared: Prepared, finding: Finding) -> Prepared:
    profile = replace(prepared.profile, findings=(*prepared.profile.findings, finding))
    return replace(prepared, profile=profile)


def _examples(paths: tuple[str, ...], codes: Array, sizes: Array) -> list[list[str]]:
    several = np.flatnonzero(sizes > 1)[:LISTED]
    return [[paths[i] for i in np.flatnonzero(codes == code)[:LISTED]] for code in several] if paths else []
