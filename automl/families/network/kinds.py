"""The kind of network of each modality; a new modality is added here and in `params`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.families.network.image_kind import ImageKind
from automl.families.network.table_kind import TableKind

if TYPE_CHECKING:
    from automl.families.network.kind import Kind

TABLES, IMAGES = TableKind(), ImageKind()
KINDS: dict[str, Kind] = {"table": TABLES, "text": TABLES, "series": TABLES, "image": IMAGES, "audio": IMAGES}


def kind_of(modality: str) -> Kind:
    """The kind of a modality's networks."""
    return KINDS[modality]
