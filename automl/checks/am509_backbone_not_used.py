"""AM509: a pretrained network that was asked for and could not be used."""

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
    network for images, or its weights could not be downloaded.
    Why it matters: networks were trained from scratch instead; with few images pretrained features
    are usually better.
    Threshold: none.
    What is done: the run goes on without it, and the finding says what was wrong.
    To override: --backbone with a .keras file, a preset folder (config.json, model.weights.h5), or
    a name whose weights are in the Keras cache; or leave it out.
    """
