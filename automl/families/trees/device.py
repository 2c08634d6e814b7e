"""Whether XGBoost may use a GPU, tried rather than believed: without one it falls back to the CPU without an error."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Literal

import numpy as np

from automl import devices

Device = Literal["cpu", "cuda"]
WORTH = 2_000_000
"""Cells of a matrix from which a GPU is worth the way there."""


def device_for(cells: int) -> Device:
    """Where to boost on a matrix of that many cells."""
    return usable_device() if cells >= WORTH else "cpu"


@lru_cache(maxsize=1)
def usable_device() -> Device:
    """'cuda' when one boosting round was seen to run there, else 'cpu'; found out once a process."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1") or not devices.gpus():
        return "cpu"
    return "cuda" if trained_on().startswith("cuda") else "cpu"


def trained_on() -> str:
    """The device that XGBoost says it used when asked for a GPU: 'cuda:0', or 'cpu'."""
    import xgboost

    data = xgboost.DMatrix(np.arange(8, dtype=np.float32).reshape(-1, 1), label=np.arange(8) % 2)
    try:
        with xgboost.config_context(verbosity=0):  # the library warns when it falls back
            booster = xgboost.train({"device": "cuda", "max_depth": 1}, data, num_boost_round=1)
    except xgboost.core.XGBoostError:  # a GPU that the library was not built for, or whose memory is full
        return "cpu"
    return str(json.loads(booster.save_config())["learner"]["generic_param"]["device"])
