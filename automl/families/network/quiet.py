"""Keras imported without what TensorFlow prints about the machine."""

from __future__ import annotations

import os
import re
import sys
import tempfile

CHATTER = re.compile(rb"[IWE]\d{4} \d\d|WARNING: All log messages before|To enable the following instructions")
"""How the lines begin that TensorFlow's own code writes to stderr when it is imported, whatever it is asked."""


def import_keras() -> None:
    """Import Keras, unless that is done; everything else that is written to stderr meanwhile comes after it."""
    if "keras" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryFile() as said:
        sys.stderr.flush()
        stderr = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            import keras  # noqa: F401
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            os.write(2, b"".join(line for line in said if not CHATTER.match(line)))
