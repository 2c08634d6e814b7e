"""What a run on images needs beyond pixels: near-duplicates tied together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.checks import check
from automl.data import near

if TYPE_CHECKING:
    from collections.abc import Iterable

    from automl.data.dataset import Array
    from automl.prepare import Prepared
    from automl.types import Finding

TIED = 0.5
"""Share of the images in one group of near-duplicates above which the hash does not tell this set apart."""
LISTED = 5


def tied(prepared: Prepared, ignore: Iterable[str] = ()) -> Prepared:
    """The same images, near-duplicates in one group (merged with the user's own groups), with a finding."""
    one, dataset = check("AM312"), prepared.dataset
    if dataset.problem.modality != "image":
        return prepared
    if one.code in {code.upper() for code in ignore}:
        return with_finding(prepared, one.finding(status="skipped", action=f"ignored by --ignore {one.code}"))
    codes = near.groups(dataset.inputs)
    sizes = np.bincount(codes)
    copies = len(codes) - len(sizes)
    if not copies:
        return with_finding(prepared, one.finding(status="passed"))
    evidence: dict[str, Any] = {"images": copies, "groups": int((sizes > 1).sum()), "largest": int(sizes.max())}
    evidence |= {"examples": _examples(prepared.paths, codes, sizes)}
    title = f"Near-duplicates of other images: {copies:,}"
    if sizes.max() > TIED * len(codes):
        action = "not tied together: more than half of the images would be one group; give --group re:PATTERN"
        return with_finding(prepared, one.finding(title=title, evidence=evidence, action=action))
    if dataset.part is not None:
        across = sum(len(set(dataset.part[codes == code])) > 1 for code in np.flatnonzero(sizes > 1))
        action = f"kept where the data put them; {across:,} groups lie in both training and test part"
        found = one.finding(title=title, evidence={**evidence, "across_parts": int(across)}, action=action)
        return with_finding(prepared, found if across else replace(found, severity="note"))
    groups = codes if dataset.groups is None else near.together(codes, dataset.groups)
    found = one.finding(title=title, evidence=evidence, action="never in both training and test; --ignore AM312")
    prepared = with_finding(prepared, replace(found, severity="note"))
    return replace(prepared, dataset=replace(dataset, groups=groups))


def with_finding(prepared: Prepared, finding: Finding) -> Prepared:
    """The same with one finding more."""
    profile = replace(prepared.profile, findings=(*prepared.profile.findings, finding))
    return replace(prepared, profile=profile)


def _examples(paths: tuple[str, ...], codes: Array, sizes: Array) -> list[list[str]]:
    several = np.flatnonzero(sizes > 1)[:LISTED]
    return [[paths[i] for i in np.flatnonzero(codes == code)[:LISTED]] for code in several] if paths else []
