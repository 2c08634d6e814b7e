"""Free text as TF-IDF of words and character n-grams: the sparse matrix that linear models of texts learn from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automl.data.dataset import Array
    from automl.encode.state import State

MOST_TERMS = 50_000
"""Terms of words, and as many of characters: the most frequent."""
FEW_TEXTS = 100
"""With fewer texts than this a term counts that only one of them has."""
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Letters of scripts without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
UNSPACED_SHARE = 0.2
"""Share of such letters among all characters from which on texts are cut into characters, not words."""
OPTIONS: dict[str, dict[str, Any]] = {
    "words": {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"(?u)\b\w+\b"},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 5)},
    "unspaced": {"analyzer": "char", "ngram_range": (1, 4)},
}
"""Of scikit-learn's vectoriser, by kind of term; 'unspaced' are the characters of a language without spaces."""


def spaced(texts: Sequence[str] | Array) -> bool:
    """True when the words of these texts are apart by blanks, as in most scripts but not in Chinese or Japanese."""
    characters = sum(len(text) for text in texts)
    return sum(len(UNSPACED.findall(text)) for text in texts) <= UNSPACED_SHARE * characters


@dataclass(frozen=True)
class Terms:
    """TF-IDF of one kind of term.

    Attributes:
        kind: a key of `OPTIONS`.
        terms: the vocabulary in the order of the columns.
        idf: (terms,) inverse document frequencies.
    """

    kind: str
    terms: tuple[str, ...]
    idf: Array

    @classmethod
    def fit(cls, texts: Array, kind: str, most: int) -> tuple[Terms, Any]:
        """The terms of (n,) strings, and their (n, terms) sparse matrix."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 2 if len(texts) >= FEW_TEXTS else 1
        vectorizer = TfidfVectorizer(
            **OPTIONS[kind], sublinear_tf=True, dtype=np.float32, min_df=least, max_features=most
        )
        try:
            matrix = vectorizer.fit_transform(texts)
        except ValueError:  # scikit-learn's "empty vocabulary", or no term that two texts share
            empty = cls(kind, (), np.zeros(0, np.float32))
            return empty, empty.transform(texts)
        names = tuple(str(term) for term in vectorizer.get_feature_names_out())
        return cls(kind, names, np.asarray(vectorizer.idf_, np.float32)), matrix

    def transform(self, texts: Array) -> Any:
        """(n, terms) sparse float32 matrix, each row of length one unless it has no known term."""
        from scipy.sparse import csr_matrix

        if not self.terms or not len(texts):  # scikit-learn refuses both
            return csr_matrix((len(texts), len(self.terms)), dtype=np.float32)
        return self._vectorizer.transform(texts)

    @cached_property
    def _vectorizer(self) -> Any:
        """Built once: checking a vocabulary takes longer than transforming a text."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        places = {term: i for i, term in enumerate(self.terms)}
        vectorizer = TfidfVectorizer(**OPTIONS[self.kind], sublinear_tf=True, dtype=np.float32, vocabulary=places)
        vectorizer.idf_ = self.idf
        return vectorizer


@dataclass(frozen=True)
class Ngrams:
    """A column of texts as TF-IDF of words 1-2 and of characters 2-5 inside words (1-4 in languages without spaces)."""

    parts: tuple[Terms, ...]

    @classmethod
    def fit(cls, texts: Array, most: int = MOST_TERMS) -> tuple[Ngrams, Any]:
        """The encoder of (n,) strings, and their (n, terms) sparse float32 matrix.

        Args:
            texts: of the training rows.
            most: terms of either kind.
        """
        from scipy.sparse import hstack

        kinds = ("words", "characters") if spaced(texts) else ("words", "unspaced")
        fitted = [Terms.fit(texts, kind, most) for kind in kinds]
        return cls(tuple(terms for terms, _ in fitted)), hstack([matrix for _, matrix in fitted], format="csr")

    def transform(self, texts: Array) -> Any:
        """(n, terms) sparse float32 matrix."""
        from scipy.sparse import hstack

        return hstack([part.transform(texts) for part in self.parts], format="csr")

    def state(self) -> State:
        """JSON part and arrays."""
        plain = {"parts": [{"kind": part.kind, "terms": part.terms} for part in self.parts]}
        return plain, {f"idf{i}": part.idf for i, part in enumerate(self.parts)}

    @classmethod
    def from_state(cls, state: State) -> Ngrams:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(
            tuple(Terms(one["kind"], tuple(one["terms"]), arrays[f"idf{i}"]) for i, one in enumerate(plain["parts"]))
        )
