"""Classes drawn from known probabilities, and models that state others."""

from __future__ import annotations

import numpy as np


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def drawn(seed, rows, classes=2, sharpness=1.0, bias=0.0):
    """(y, stated probabilities, split): stated with logits `sharpness` times the true ones; exact for 1."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (rows, classes))
    logits[:, 0] += bias
    p = softmax(logits)
    y = (p.cumsum(axis=1) > rng.random((rows, 1))).argmax(axis=1)
    return y, softmax(logits * sharpness).astype(np.float32), np.arange(rows) % 5


def squeezed(seed, rows):
    """Two classes; the stated probability of the second is 0.9 p^0.4, which no temperature mends."""
    y, p, splits = drawn(seed, rows)
    second = 0.9 * p[:, 1] ** 0.4
    return y, np.stack([1 - second, second], axis=1), splits
