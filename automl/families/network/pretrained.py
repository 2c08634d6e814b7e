"""Pretrained networks from a file, a folder or a name to a file of our own, in a worker before anything is fitted.

Nothing in a file is executed: Keras' safe mode refuses layers that hold code.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from automl import jsonio
from automl.families.network import images  # noqa: F401 (registers layers that a network of ours names)

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
        hub: its layers are KerasHub's.
    """

    name: str
    source: str
    preprocessing: Preprocessing
    features: int
    parameters: int
    hub: bool = False


APPLICATIONS = {
    "resnet50": ("ResNet50", Preprocessing(mean=(103.939, 116.779, 123.68), bgr=True, size=(160, 160))),
    "mobilenet_v3_small": ("MobileNetV3Small", Preprocessing(size=(224, 224))),
    "efficientnet_v2_b0": ("EfficientNetV2B0", Preprocessing(size=(192, 192))),
}
"""keras.applications known by name: class, and what it wants (the last two scale by themselves)."""


def find(name: str) -> tuple[keras.Model, Facts]:
    """The network up to its last feature map, and the facts about it.

    Raises:
        BackboneError: missing, damaged, unsafe, or not a network for images.
    """
    path = Path(name).expanduser()
    if name.startswith(("hf://", "kaggle://")):
        model, source, known, hub = _from_hub(name), name, None, True
    elif path.exists():
        model, known, hub = _from_path(path)
        source, name = str(path), path.name
    elif name in APPLICATIONS:
        model, known, hub = _application(name), APPLICATIONS[name][1], False
        source = f"keras.applications, {Path('~/.keras/models')}"
    else:
        raise BackboneError(f"there is no such file, folder or known name: {name}", f"known: {', '.join(APPLICATIONS)}")
    core = headless(model)
    known = known or _guessed(model)
    size = tuple(core.input_shape[1:3])
    if None not in size:
        known = Preprocessing(known.scale, known.mean, known.spread, known.bgr, tuple(int(s) for s in size))
    features = int(core.output_shape[-1])
    return core, Facts(name, source, known, features, int(core.count_params()), hub)


def headless(model: keras.Model) -> keras.Model:
    """The network from its input to its last feature map (4 axes); without any, to its output.

    Raises:
        BackboneError: several inputs, none that is an image, or layers whose order is not known.
    """
    hint = "a Functional or Sequential network with one input (images, height, width, channels)"
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[-1] not in (1, 3):
        raise BackboneError("the network does not take one image", hint)
    maps = [layer.output for layer in model.layers if len(getattr(layer.output, "shape", ())) == 4]
    output = maps[-1] if len(maps) > 1 else model.outputs[0]
    if len(output.shape) not in (2, 4) or output.shape[-1] is None:
        raise BackboneError(f"the network's output has shape {tuple(output.shape)}, no features of an image", hint)
    return keras.Model(inputs[0], output, name="backbone")


def _from_path(path: Path) -> tuple[keras.Model, Preprocessing | None, bool]:
    """The network of a .keras file, of a folder with one, or of a preset folder."""
    folder = path if path.is_dir() else path.parent
    files = sorted(path.glob("*.keras")) if path.is_dir() else [path]
    given = _given(folder / "preprocessing.json")
    if len(files) > 1:
        raise BackboneError(f"{path} holds {len(files)} .keras files", "give one of them")
    if files:
        return _sound(lambda: keras.saving.load_model(files[0], compile=False, safe_mode=True), files[0]), given, False
    if (path / "config.json").is_file() and (path / "model.weights.h5").is_file():
        return _from_preset(path), given, _has_hub()
    hint = "a .keras file, or a preset folder with config.json and model.weights.h5"
    raise BackboneError(f"{path} holds no network", hint)


def _from_preset(folder: Path) -> keras.Model:
    """The backbone of a preset folder as KerasHub writes it; plain Keras reads those of plain layers."""
    if _has_hub():
        return _sound(lambda: _hub_preset(str(folder)), folder)
    config = _sound(lambda: json.loads((folder / "config.json").read_text("utf-8")), folder / "config.json")
    if "keras_hub" in str(config.get("module")) or "keras_hub" in str(config.get("registered_name")):
        raise BackboneError(f"{folder} is a preset of KerasHub, which is not installed", "pip install keras-hub")

    def load() -> keras.Model:
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        model.load_weights(folder / "model.weights.h5")
        return model

    return _sound(load, folder)


def _from_hub(name: str) -> keras.Model:
    if not _has_hub():
        raise BackboneError(f"{name} needs KerasHub, which is not installed", "pip install keras-hub")
    return _sound(lambda: _hub_preset(name), name)


def _hub_preset(name: str) -> keras.Model:
    return importlib.import_module("keras_hub").models.Backbone.from_preset(name)


def _has_hub() -> bool:
    return importlib.util.find_spec("keras_hub") is not None


def _application(name: str) -> keras.Model:
    kind, wants = APPLICATIONS[name]
    build = getattr(keras.applications, kind)
    try:
        return build(include_top=False, weights="imagenet", input_shape=(*wants.size, 3))
    except Exception as error:  # a download or a damaged file in the cache raises whatever urllib, ssl and h5py do
        hint = f"put its weights into {Path('~/.keras/models')}, or give a folder: --backbone DIR"
        raise BackboneError(f"the weights of {name} could not be had ({_short(error)})", hint) from error


def _sound(load: Any, where: Path | str) -> Any:
    try:
        return load()
    except Exception as error:  # a damaged or foreign file raises anything from inside zipfile, h5py and Keras
        hint = "save it again, or leave --backbone out"
        raise BackboneError(f"{where} cannot be read ({_short(error)})", hint) from error


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:160]}" if text else type(error).__name__


def _given(path: Path) -> Preprocessing | None:
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
        raise BackboneError(f"{path} cannot be read ({_short(error)})", hint) from error


def _guessed(model: keras.Model) -> Preprocessing:
    """Bytes where the network scales them itself, else values from 0 to 1."""
    names = {type(layer).__name__ for layer in model.layers[:4]}
    return Preprocessing() if names & {*OWN_SCALE} else Preprocessing(scale=1 / 255)


def write(name: str, folder: Path) -> dict[str, Any]:
    """Find a backbone and write `FILE` and `FACTS`; the facts, or {'error', 'hint'}."""
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras prints downloads
            core, facts = find(name)
            core.save(folder / FILE)
    except BackboneError as error:
        return {"error": error.what, "hint": error.hint}
    plain = asdict(facts)
    jsonio.write(folder / FACTS, plain)
    return plain
