"""AM509: a pretrained network that was asked for and could not be used, or sees less than it could."""

from __future__ import annotations

from automl.checks.base import Check


class BackboneNotUsed(Check):
    """Found before anything is trained."""

    code = "AM509"
    title = "Pretrained backbone not used"
    severity = "warning"
    in_run = True
    page = """
    What it means: the network named by --backbone is missing, damaged, unsafe to load, not a
    network for images (or for texts), its weights could not be downloaded in time, KerasHub, which it
    needs, is not installed, or the run trains no networks. As a note: it was used, but sees smaller
    images or shorter texts.
    Why it matters: networks were trained from scratch instead; with few rows pretrained features
    are usually better.
    Threshold: finding it takes half of the time left at most, and no more than 15 minutes; the features
    of all rows take a fifth of the time left at most.
    What is done: the run goes on without it, or with less, and the finding says why.
    To override: --backbone with a .keras file, a preset folder (config.json, model.weights.h5), or
    a name whose weights are in the Keras cache; or leave it out. A larger --budget for the note.
    """
