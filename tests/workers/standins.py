"""Workers that import nothing heavy, and calls for them that live in a module both processes can import."""

import os
import sys
from pathlib import Path

CALLS = Path(__file__).with_name("calls.txt")


def write(folder):
    """Stand-ins for Keras, and the module `calls`."""
    for name in ("keras", "keras_tuner"):
        (folder / f"{name}.py").touch()
    (folder / "calls.py").write_text(CALLS.read_text())


def environment(folder):
    """Variables with which a worker finds them."""
    return {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
