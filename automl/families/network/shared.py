"""Compiled networks kept for the next fold: building and compiling one takes longer than many a fit.

Folds of a table give networks of the same shape. One that is no longer trained is started anew (see `layers`) and used
again; models trained with it keep their own weights and put them back when they predict.
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import keras

    from automl.data.dataset import Array
    from automl.families.network.trainer import Trainer

MOST = 4
"""Kept at a time."""
SPARE = 1.05
"""Room for rows over the rows of the first fold: data of one shape are compiled for once."""


@dataclass
class Shared:
    """A network that several models take turns to use.

    Attributes:
        trainer: with its optimiser; None for a network that only predicts.
        room: rows that the training data are filled up to.
        holder: the weights that are in it now (by identity), None while it is trained.
        fitted: its first weights are those of a simpler model, worth keeping when training makes nothing better of it.
    """

    network: keras.Model
    trainer: Trainer | None = None
    room: int = 0
    holder: list[Array] | None = None
    fitted: bool = False

    def lend(self, weights: list[Array] | None) -> keras.Model:
        """The network with these weights; None takes those in it."""
        if weights is not None and self.holder is not weights:
            self.network.set_weights(weights)
            self.holder = weights
        return self.network

    def trained(self) -> Trainer:
        """The trainer of a network that has one."""
        if self.trainer is None:
            raise ValueError("a network that was loaded is not trained further")
        return self.trainer


class Shelf:
    """The networks used last, by what they were compiled for."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, Shared] = OrderedDict()

    def take(self, key: Hashable, rows: int, build: Callable[[], tuple[keras.Model, Trainer]]) -> Shared:
        """A network with its trainer, new or used; its weights are whatever they are, its optimiser is as new.

        Args:
            key: everything that the network, its training step and its batches depend on.
            rows: training rows; one compiled for fewer, or for far more, is not taken.
            build: makes a new one.
        """
        shared = self.kept.pop(key, None)
        if shared is None or not rows <= shared.room <= 2 * rows + 100 or shared.trainer is None:
            network, trainer = build()
            shared = Shared(network, trainer, room=int(rows * SPARE) + 8)
        else:
            shared.trainer.renew()
        shared.holder = None
        self.kept[key] = shared
        while len(self.kept) > self.most:
            self.kept.popitem(last=False)
            gc.collect()  # graphs refer to themselves; Keras' clear_session would make those kept load again
        return shared

    def clear(self) -> None:
        """Keep none."""
        self.kept.clear()


SHELF = Shelf()
"""Of this process."""
