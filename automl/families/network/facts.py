"""What is known of a pretrained network: where it came from, and what it wants to be given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import keras

FILE, FACTS = "backbone.keras", "backbone.json"
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet's channels, of values from 0 to 1; for 'preprocessing.json': "imagenet"."""
OWN_SCALE = ("Rescaling", "Normalization", "Pixels")
"""Layers by which a network shows that it takes bytes from 0 to 255."""


class BackboneError(Exception):
    """A backbone that cannot be used: what is wrong, and what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


@dataclass(frozen=True)
class Preprocessing:
    """What a network wants to be given.

    Attributes:
        scale: factor of bytes.
        mean, spread: subtracted and divided by after that, a channel each.
        bgr: blue first.
        size: (height, width); () for that of the images.
    """

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    spread: tuple[float, ...] = (1.0, 1.0, 1.0)
    bgr: bool = False
    size: tuple[int, ...] = ()


@dataclass(frozen=True)
class Facts:
    """A backbone that was found.

    Attributes:
        name: as given, of a folder its last part.
        source: where its weights come from.
        features: numbers that an image becomes.
        hub: some of its layers are KerasHub's.
        size_left_out: (height, width) that it would rather see, but for which there was no time; () for none.
        images_per_second: that become features here; 0 where it was not measured.
    """

    name: str
    source: str
    preprocessing: Preprocessing
    features: int
    parameters: int
    hub: bool = False
    size_left_out: tuple[int, ...] = ()
    images_per_second: float = 0.0


@dataclass(frozen=True)
class TextFacts:
    """A language network that was found.

    Attributes:
        name: as given, of a folder its last part.
        source: where its weights come from.
        features: numbers that a text becomes.
        length: tokens that a text is cut to.
        length_left_out: tokens that most texts would need, but for which there was no time; 0 for none.
        texts_per_second: that become features here.
    """

    name: str
    source: str
    features: int
    parameters: int
    length: int
    length_left_out: int = 0
    texts_per_second: float = 0.0


def given(path: Path) -> Preprocessing | None:
    """What 'preprocessing.json' says: scale, mean, spread, bgr, size; or {"preset": "imagenet"}."""
    if not path.is_file():
        return None
    try:
        plain: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if plain.pop("preset", "") == "imagenet":
            plain = {"scale": 1 / 255, "mean": IMAGENET[0], "spread": IMAGENET[1], **plain}
        known: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
        return Preprocessing(**known)
    except (ValueError, TypeError, AttributeError) as error:
        hint = "keys: scale, mean, spread, bgr, size"
        raise BackboneError(f"{path} cannot be read ({short(error)})", hint) from error


def guessed(model: keras.Model) -> Preprocessing:
    """Bytes where the network scales them itself, else values from 0 to 1."""
    names = {type(layer).__name__ for layer in model.layers[:4]}
    return Preprocessing() if names & {*OWN_SCALE} else Preprocessing(scale=1 / 255)


def short(error: Exception) -> str:
    """Kind and beginning of the message of an error."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:160]}" if text else type(error).__name__
