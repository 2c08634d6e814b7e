"""A pretrained language network found, made affordable, and laid where a run's texts are learnt from."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from automl import jsonio
from automl.encode.tokens import LENGTHS, LONG_ENOUGH, joined
from automl.families.network import hub, pretrained, text_backbone
from automl.families.network.facts import FACTS, BackboneError, TextFacts, short
from automl.families.network.text_backbone import BATCH, PRESET, TextFeatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array

SAMPLE = 1_000
"""Texts whose lengths are looked at."""


def write(name: str, folder: Path, frame: pd.DataFrame, columns: Sequence[str], seconds: float) -> dict[str, Any]:
    """Find a language network and lay its preset into the folder; the facts, or {'error', 'hint'}.

    Args:
        name: as given to --backbone.
        frame: the texts of the run, in `columns`.
        seconds: that the features of all texts may take.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras prints downloads
            _copy(name, folder / PRESET)
            texts = np.asarray(joined(frame, columns), dtype=object)
            encoder, wanted, speed = _affordable(folder, columns, texts, seconds)
    except BackboneError as error:
        return {"error": error.what, "hint": error.hint}
    text_backbone.remember(folder, texts, encoder.width)
    local = Path(name).expanduser().is_dir()
    facts = TextFacts(
        name=Path(name).name if local else name,
        source=name,
        features=encoder.width,
        parameters=int(encoder.network.count_params()),
        length=encoder.length,
        length_left_out=wanted if wanted != encoder.length else 0,
        texts_per_second=round(speed, 1),
    )
    plain = asdict(facts)
    jsonio.write(folder / FACTS, plain)
    return plain


def _copy(name: str, folder: Path) -> None:
    """The preset's network and tokens, saved again: one layout, wherever it came from.

    Raises:
        BackboneError: no KerasHub; missing, damaged, or not for texts.
    """
    path = Path(name).expanduser()
    if not name.startswith(hub.REMOTE):
        if not path.is_dir() or not pretrained.is_preset(path):
            hint = f"a preset folder of KerasHub with {' and '.join(pretrained.PRESET)}, or hf://USER/NAME"
            raise BackboneError(f"there is no preset of a language network at {name}", hint)
        if not hub.needed(pretrained.read_config(path)):
            raise BackboneError(f"{name} is no preset of KerasHub", "texts need its tokens: save_to_preset")
        name = str(path)
    network = pretrained.from_hub(name)
    try:
        tokens = hub.tokens(name)
    except Exception as error:  # a foreign or damaged preset raises anything from inside KerasHub
        hint = "one of a language network for classification, saved with its preprocessor"
        raise BackboneError(f"the tokens of {name} cannot be read ({short(error)})", hint) from error
    network.save_to_preset(str(folder))
    tokens.save_to_preset(str(folder))


def _affordable(folder: Path, columns: Sequence[str], texts: Array, seconds: float) -> tuple[TextFeatures, int, float]:
    """(encoder with the longest texts for which there is time, the length wanted, texts a second)."""
    longest = _longest(folder / PRESET, texts)
    lengths = [length for length in LENGTHS if length < longest]
    for length in [longest, *reversed(lengths)]:
        encoder = TextFeatures(folder / PRESET, columns, length, folder)
        sample = np.resize(texts, BATCH)
        encoder.computed(sample)  # compiles
        started = time.perf_counter()
        encoder.computed(sample)
        speed = BATCH / (time.perf_counter() - started)
        if len(texts) / speed <= seconds:
            break
    return encoder, longest, speed


def _longest(preset: Path, texts: Array) -> int:
    """Tokens that most texts fit into, no more than the network knows places for."""
    known = json.loads((preset / pretrained.PRESET[0]).read_text("utf-8"))["config"].get("max_sequence_length")
    most = min(int(known or LENGTHS[-1]), LENGTHS[-1])
    tokens = hub.tokens(str(preset), most)
    sample = [str(text) for text in texts[:: max(len(texts) // SAMPLE, 1)]]
    mask = tokens(sample).get("padding_mask")
    counts = [most] if mask is None else ops.convert_to_numpy(mask).sum(axis=1)
    wanted = np.quantile(counts, LONG_ENOUGH)
    return next((length for length in LENGTHS if wanted <= length < most), most)
