"""Free text in a table as a few numbers: TF-IDF of words and word pairs, reduced by a truncated SVD, and lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

    from automl.data.dataset import Array
    from automl.encode.state import State

MAX_TERMS = 5_000
COMPONENTS = 32


@dataclass(frozen=True)
class TextEncoder:
    """A fitted text encoder.

    Attributes:
        terms: vocabulary, term -> column of the TF-IDF matrix.
        idf: (terms,) inverse document frequencies.
        components: (terms, k) projection of the SVD, k <= `COMPONENTS`.
    """

    terms: dict[str, int]
    idf: Array
    components: Array

    @classmethod
    def fit(cls, texts: Array, seed: int) -> TextEncoder:
        """Fit on (n,) strings; text without a single usable word gives an encoder of lengths alone."""
        from sklearn.decomposition import TruncatedSVD

        vectorizer = _vectorizer(max_features=MAX_TERMS, min_df=2 if len(texts) >= 200 else 1)
        try:
            matrix = vectorizer.fit_transform(texts)
        except ValueError:  # scikit-learn's "empty vocabulary"
            return cls({}, np.zeros(0), np.zeros((0, 0)))
        terms = {str(term): int(column) for term, column in vectorizer.vocabulary_.items()}
        k = min(COMPONENTS, len(terms) - 1, len(texts) - 1)
        if k < 1:
            return cls({}, np.zeros(0), np.zeros((0, 0)))
        with np.errstate(invalid="ignore"):  # the share of variance explained, not used, is 0 / 0 when all are alike
            svd = TruncatedSVD(n_components=k, n_iter=3, random_state=seed).fit(matrix)
        return cls(terms, np.asarray(vectorizer.idf_), svd.components_.T.astype(np.float64))

    def transform(self, texts: Array) -> Array:
        """(n, k + 2) numbers: the SVD components, then characters and words of each text."""
        lengths = np.asarray([(len(text), len(text.split())) for text in texts], dtype=np.float64).reshape(-1, 2)
        if not self.terms:
            return lengths
        if not len(texts):  # scikit-learn refuses to transform no rows
            return np.zeros((0, self.components.shape[1] + 2))
        vectorizer = _vectorizer(vocabulary=self.terms)
        vectorizer.idf_ = self.idf
        return np.hstack([vectorizer.transform(texts) @ self.components, lengths])

    def names(self) -> list[str]:
        """A name for each output column."""
        return [f"topic {i + 1}" for i in range(self.components.shape[1])] + ["characters", "words"]

    def state(self) -> State:
        """JSON part and arrays."""
        return {"terms": self.terms}, {"idf": self.idf, "components": self.components}

    @classmethod
    def from_state(cls, state: State) -> TextEncoder:
        """The encoder that `state` described."""
        plain, arrays = state
        return cls(plain["terms"], arrays["idf"], arrays["components"])


def _vectorizer(**options: Any) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", **options)
