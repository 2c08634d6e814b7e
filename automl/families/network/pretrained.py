"""Pretrained networks for images from a file, a folder or a name.

Nothing in a file is executed: Keras' safe mode refuses layers that hold code.
"""

from __future__ import annotations

import contextlib
import json
import socket
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from automl.families.network import hub
from automl.families.network import images as _images  # noqa: F401 (registers layers that a network of ours names)
from automl.families.network.facts import BackboneError, Facts, Preprocessing, given, guessed, short

if TYPE_CHECKING:
    from collections.abc import Iterator

PRESET = ("config.json", "model.weights.h5")
"""Files of a preset folder."""
SILENCE = 10.0
"""Seconds that a server may be silent for in a download."""
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
    if name.startswith(hub.REMOTE):
        model, known, source = from_hub(name), _hub_wants(name), name
    elif path.exists():
        model, known = _from_path(path)
        source, name = str(path), path.name
    elif name in APPLICATIONS:
        model, known = _application(name), APPLICATIONS[name][1]
        source = f"keras.applications, {Path('~/.keras/models')}"
    else:
        raise BackboneError(f"there is no such file, folder or known name: {name}", f"known: {', '.join(APPLICATIONS)}")
    core = headless(model)
    known = known or guessed(model)
    size = tuple(core.input_shape[1:3])
    if None not in size:
        known = replace(known, size=tuple(int(s) for s in size))
    features = int(core.output_shape[-1])
    built_on_hub = hub.needed(json.loads(core.to_json()))
    return core, Facts(name, source, known, features, int(core.count_params()), built_on_hub)


def headless(model: keras.Model) -> keras.Model:
    """The network from its input to its last features by place: a map (4 axes) or a sequence of patches (3).

    Without any, to its output.

    Raises:
        BackboneError: several inputs, none that is an image, or layers whose order is not known.
    """
    hint = "a Functional or Sequential network with one input (images, height, width, channels)"
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[-1] not in (1, 3):
        raise BackboneError("the network does not take one image", hint)
    outputs = [getattr(layer, "output", None) for layer in model.layers[1:]]
    output: Any = next((o for o in reversed(outputs) if _by_place(o)), model.outputs[0])
    if len(output.shape) not in (2, 3, 4) or output.shape[-1] is None:
        raise BackboneError(f"the network's output has shape {tuple(output.shape)}, no features of an image", hint)
    return keras.Model(inputs[0], output, name="backbone")


def _by_place(output: Any) -> bool:
    """Whether an output has features for several places; a map of one place is a classifier's, behind its pooling."""
    shape = tuple(getattr(output, "shape", ()))
    return len(shape) in (3, 4) and shape[-1] is not None and set(shape[1:-1]) != {1}


def _from_path(path: Path) -> tuple[keras.Model, Preprocessing | None]:
    """The network of a .keras file, of a folder with one, or of a preset folder."""
    folder = path if path.is_dir() else path.parent
    files = sorted(path.glob("*.keras")) if path.is_dir() else [path]
    wants = given(folder / "preprocessing.json")
    if len(files) > 1:
        raise BackboneError(f"{path} holds {len(files)} .keras files", "give one of them")
    if files and not zipfile.is_zipfile(files[0]):
        hint = "a .keras file that was saved whole"
        raise BackboneError(f"{files[0]} cannot be read: it is cut off, or no .keras file", hint)
    if files:
        return _sound(lambda: keras.saving.load_model(files[0], compile=False, safe_mode=True), files[0]), wants
    if not is_preset(path):
        hint = f"a .keras file, or a preset folder with {' and '.join(PRESET)}"
        raise BackboneError(f"{path} holds no network", hint)
    config = read_config(path)
    if hub.needed(config):
        return from_hub(str(path)), wants or _hub_wants(str(path))

    def load() -> keras.Model:
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        model.load_weights(path / PRESET[1])
        return model

    return _sound(load, path), wants


def is_preset(folder: Path) -> bool:
    """Whether a folder has what `save_to_preset` of KerasHub writes."""
    return all((folder / name).is_file() for name in PRESET)


def read_config(folder: Path) -> dict[str, Any]:
    """The config of a preset's network.

    Raises:
        BackboneError: it is not JSON.
    """
    config: dict[str, Any] = _sound(lambda: json.loads((folder / PRESET[0]).read_text("utf-8")), folder / PRESET[0])
    return config


def from_hub(name: str) -> keras.Model:
    """The network of a preset of KerasHub, in a folder or by name.

    Raises:
        BackboneError: no KerasHub, or the preset is damaged or cannot be had.
    """
    if not hub.installed():
        raise BackboneError(f"{name} is a preset of KerasHub, which is not installed", hub.INSTALL)
    with _patience():
        return _sound(lambda: hub.network(name), name)


def _hub_wants(name: str) -> Preprocessing | None:
    known = _sound(lambda: hub.wants(name), name)
    return Preprocessing(**known) if known else None


def _application(name: str) -> keras.Model:
    build = getattr(keras.applications, APPLICATIONS[name][0])
    try:
        with _patience():
            return build(include_top=False, weights="imagenet", input_shape=(None, None, 3))
    except Exception as error:  # a download or a damaged file in the cache raises whatever urllib, ssl and h5py do
        hint = f"put its weights into {Path('~/.keras/models')}, or give a folder: --backbone DIR"
        raise BackboneError(f"the weights of {name} could not be had ({short(error)})", hint) from error


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    """A server that does not answer is given up on after `SILENCE` seconds."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _sound(load: Any, where: Path | str) -> Any:
    try:
        return load()
    except Exception as error:  # a damaged or foreign file raises anything from inside zipfile, h5py and Keras
        hint = "a file or folder that was saved whole, or leave --backbone out"
        raise BackboneError(f"{where} cannot be read ({short(error)})", hint) from error
