"""The kind of network of each modality; a new modality is added here and in `params`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.network.audio_kind import AudioKind
from automl.families.network.branch_kind import BranchKind
from automl.families.network.image_kind import ImageKind
from automl.families.network.series_kind import SeriesKind
from automl.families.network.table_kind import TableKind
from automl.families.network.text_kind import TextKind

if TYPE_CHECKING:
    from automl.families.base import Params
    from automl.families.network.kind import Kind

KINDS: dict[str, Kind] = {
    "table": TableKind(),
    "image": ImageKind(),
    "text": TextKind(),
    "audio": AudioKind(),
    "series": SeriesKind(),
}
BRANCHES: Kind = BranchKind()


def kind_of(modality: str, params: Params | None = None) -> Kind:
    """The kind of a modality's networks, or that of networks with branches."""
    return BRANCHES if params and params.get("kind") == "branches" else KINDS[modality]
