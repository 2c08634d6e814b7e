"""Free text as a few numbers: TF-IDF of words and word pairs, reduced by a truncated SVD, lengths, and signs used."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.encode.ngrams import spaced

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

    from automl.data.dataset import Array
    from automl.encode.state import State

MAX_TERMS = 5_000
COMPONENTS = 32
RICH_TERMS, RICH_COMPONENTS = 10_000, 100
"""The same where texts are all there is."""
SIGNS = ("capitals", "digits", "punctuation", "longest word", "words in capitals", "question marks", "exclamations")
"""Names of what `signs` counts."""
GRAMS: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 2), "strip_accents": "unicode"},
    "characters": {"ngram_range": (1, 3), "analyzer": "char"},
}
"""Options of the vectoriser: characters for languages without spaces between words."""


@dataclass(frozen=True)
class TextEncoder:
    """A fitted text encoder.

    Attributes:
        terms: vocabulary, term -> column of the TF-IDF matrix.
        idf: (terms,) inverse document frequencies.
        components: (terms, k) projection of the SVD, k <= `COMPONENTS` or `RICH_COMPONENTS`.
        rich: True where texts are all there is: more components, and the signs used.
        grams: a key of `GRAMS`.
    """

    terms: dict[str, int]
    idf: Array
    components: Array
    rich: bool = False
    grams: str = "words"

    @classmethod
    def fit(cls, texts: Array, seed: int, rich: bool = False) -> TextEncoder:
        """Fit on (n,) strings; text without a single usable word gives an encoder of lengths alone."""
        from sklearn.decomposition import TruncatedSVD

        grams = "words" if spaced(texts) else "characters"
        most = RICH_TERMS if rich else MAX_TERMS
        vectorizer = _vectorizer(grams, max_features=most, min_df=2 if len(texts) >= 200 else 1)
        nothing = cls({}, np.zeros(0), np.zeros((0, 0)), rich, grams)
        try:
            matrix = vectorizer.fit_transform(texts)
        except ValueError:  # scikit-learn's "empty vocabulary"
            return nothing
        terms = {str(term): int(column) for term, column in vectorizer.vocabulary_.items()}
        k = min(RICH_COMPONENTS if rich else COMPONENTS, len(terms) - 1, len(texts) - 1)
        if k < 1:
            return nothing
        with np.errstate(invalid="ignore"):  # the share of variance explained, not used, is 0 / 0 when all are alike
            svd = TruncatedSVD(n_components=k, n_iter=3, random_state=seed).fit(matrix)
        return cls(terms, np.asarray(vectorizer.idf_), svd.components_.T.astype(np.float64), rich, grams)

    def transform(self, texts: Array) -> Array:
        """(n, k + 2) numbers: the SVD components, then characters and words of each text; signs too where rich."""
        lengths = np.asarray([(len(text), len(text.split())) for text in texts], dtype=np.float64).reshape(-1, 2)
        counted = np.hstack([lengths, signs(texts)]) if self.rich else lengths
        if not self.terms:
            return counted
        if not len(texts):  # scikit-learn refuses to transform no rows
            return np.zeros((0, self.components.shape[1] + counted.shape[1]))
        return np.hstack([self._vectorizer.transform(texts) @ self.components, counted])

    @cached_property
    def _vectorizer(self) -> TfidfVectorizer:
        """Built once: checking a vocabulary takes longer than transforming a text."""
        vectorizer = _vectorizer(self.grams, vocabulary=self.terms)
        vectorizer.idf_ = self.idf
        return vectorizer

    def names(self) -> list[str]:
        """A name for each output column."""
        topics = [f"topic {i + 1}" for i in range(self.components.shape[1])]
        return [*topics, "characters", "words", *(SIGNS if self.rich else ())]

    def state(self) -> State:
        """JSON part and arrays."""
        plain = {"terms": self.terms, "rich": self.rich, "grams": self.grams}
        return plain, {"idf": self.idf, "components": self.components}

    @classmethod
    def from_state(cls, state: State) -> TextEncoder:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(plain["terms"], arrays["idf"], arrays["components"], plain["rich"], plain["grams"])


def signs(texts: Array) -> Array:
    """(n, signs) float64, in the order of `SIGNS`: the first three are shares of the characters."""
    return np.asarray([_signs(text) for text in texts], dtype=np.float64).reshape(-1, len(SIGNS))


def _signs(text: str) -> tuple[float, ...]:
    words, length = text.split(), max(len(text), 1)
    return (
        sum(map(str.isupper, text)) / length,
        sum(map(str.isdigit, text)) / length,
        sum(not (letter.isalnum() or letter.isspace()) for letter in text) / length,
        max(map(len, words), default=0),
        sum(len(word) > 1 and word.isupper() for word in words),
        text.count("?"),
        text.count("!"),
    )


def _vectorizer(grams: str, **options: Any) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(sublinear_tf=True, **GRAMS[grams], **options)
