"""Tables with texts as one sparse matrix: the columns of a linear table, then the TF-IDF terms of each text column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.ngrams import MOST_TERMS, Ngrams
from automl.encode.parts import strings
from automl.encode.state import State, prefixed, unprefixed
from automl.encode.table import LinearTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from automl.data.dataset import Array
    from automl.types import Column

ROW_BYTES = 16_384
"""What a row takes while it is encoded, about: few terms of the vocabulary are in one text."""
SPREAD = 3.0
"""Standardised columns are divided by this: a text's terms have length one together, one such column has alone."""


@dataclass(frozen=True)
class SparseTable:
    """A linear table of the columns that are no text, and n-grams of those that are.

    Attributes:
        table: of the other columns; often of none.
        texts: by name of the column.
    """

    table: LinearTable
    texts: dict[str, Ngrams]
    row_bytes: int = ROW_BYTES

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, columns: Sequence[Column], seed: int, basis: str = "plain"
    ) -> tuple[SparseTable, Any]:
        """The encoder of training rows, and their (n, d) sparse float32 matrix, which is costly to make again.

        Args:
            basis: what stands for a number (see `LinearTable.fit`).
        """
        names = [column.name for column in columns if column.kind == "text"]
        table = LinearTable.fit(frame, [column for column in columns if column.kind != "text"], seed, basis)
        most = MOST_TERMS // max(len(names), 1)
        fitted = {name: Ngrams.fit(strings(frame, name), most) for name in names}
        encoder = cls(table, {name: ngrams for name, (ngrams, _) in fitted.items()})
        return encoder, encoder._joined(frame, [matrix for _, matrix in fitted.values()])

    def transform(self, frame: pd.DataFrame) -> Any:
        """(n, d) sparse float32 matrix without missing cells."""
        return self._joined(frame, [ngrams.transform(strings(frame, name)) for name, ngrams in self.texts.items()])

    def owners(self) -> tuple[tuple[str, ...], Array]:
        """The columns that were encoded, and (d,) the position of the one that each matrix column is made of."""
        names, places = self.table.owners()
        terms = [sum(len(part.terms) for part in ngrams.parts) for ngrams in self.texts.values()]
        texts = np.repeat(len(names) + np.arange(len(terms)), terms)
        return (*names, *self.texts), np.concatenate([places, texts]).astype(int)

    def _joined(self, frame: pd.DataFrame, texts: list[Any]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        plain: Array = self.table.transform(frame) / SPREAD
        return hstack([csr_matrix(plain.astype(np.float32)), *texts], format="csr")

    def state(self) -> State:
        """JSON part and arrays."""
        table, arrays = self.table.state()
        plain: dict[str, Any] = {"sparse": table, "texts": {}}
        found = prefixed("table", arrays)
        for i, (name, ngrams) in enumerate(self.texts.items()):
            plain["texts"][name], own = ngrams.state()
            found |= prefixed(f"text{i}", own)
        return plain, found

    @classmethod
    def from_state(cls, state: State) -> SparseTable:
        """The encoder that `state` described."""
        plain, arrays = state
        table = LinearTable.from_state((plain["sparse"], unprefixed("table", arrays)))
        texts = {
            name: Ngrams.from_state((own, unprefixed(f"text{i}", arrays)))
            for i, (name, own) in enumerate(plain["texts"].items())
        }
        return cls(table, texts)
