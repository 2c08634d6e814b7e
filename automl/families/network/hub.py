"""What is asked of KerasHub, an optional library: a preset's network, and what turns data into its inputs."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from automl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    import keras

INSTALL = "pip install 'automl[hub]'"
REMOTE = ("hf://", "kaggle://", "modelscope://")
"""How names of presets begin that lie elsewhere."""
NAMES = ("keras_hub", "keras_nlp")
"""Of the library, now and before, in a preset's config."""


def installed() -> bool:
    """Whether KerasHub is there."""
    return importlib.util.find_spec("keras_hub") is not None


def library() -> Any:
    """The library, imported: seconds, and its layers are known to Keras from then on.

    Raises:
        DataError: it is not installed, and a saved model needs it.
    """
    if not installed():
        raise DataError("This model is built on a preset of KerasHub, which is not installed.", hint=INSTALL)
    return importlib.import_module("keras_hub")


def needed(plain: Any) -> bool:
    """Whether a config, as Keras writes it, names layers of KerasHub anywhere."""
    if isinstance(plain, dict):
        named = (str(plain.get(key)).split(".")[0].split(">")[0] for key in ("module", "registered_name"))
        return any(name in NAMES for name in named) or any(needed(value) for value in plain.values())
    return isinstance(plain, list) and any(needed(value) for value in plain)


def network(preset: str) -> keras.Model:
    """The network of a preset with its weights; raises whatever the library does."""
    return library().models.Backbone.from_preset(preset)


def tokens(preset: str, length: int | None = None) -> Any:
    """What turns a list of texts into the inputs of a preset's network, `length` tokens each; raises like `network`."""
    options = {} if length is None else {"sequence_length": length}
    return library().models.TextClassifierPreprocessor.from_preset(preset, **options)


def wants(preset: str | Path) -> dict[str, Any]:
    """What a preset's own image converter does, as fields of `pretrained.Preprocessing`; {} where it has none.

    The converter gives values * scale + offset, each a number or one a channel.
    """
    try:
        converter = library().layers.ImageConverter.from_preset(str(preset))
    except (ValueError, TypeError, OSError, AttributeError):  # how the library says that there is none
        return {}
    scale, offset = (_channels(value, plain) for value, plain in ((converter.scale, 1.0), (converter.offset, 0.0)))
    size = tuple(int(side) for side in converter.image_size or ())
    spread = tuple(1.0 / s for s in scale)
    return {"mean": tuple(-o / s for o, s in zip(offset, scale, strict=True)), "spread": spread, "size": size}


def _channels(value: Any, plain: float) -> tuple[float, ...]:
    if value is None:
        return (plain,) * 3
    return tuple(float(v) for v in value) if isinstance(value, (list, tuple)) else (float(value),) * 3
