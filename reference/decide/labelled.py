"""What a classifier said of every image of a labelled set, as a document that can be kept."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from reference.decide.predictions import Predictions
from reference.document import Document

Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Label = Literal[0, 1]


class LabelledPredictions(Document):
    """Labels and probabilities of the same images, and whose they are.

    Args:
        dataset: the name of the images.
        weights_sha256: digest of the classifier's weights.
        preprocess_digest: of the definition by which images became inputs.
        findings: the names of the columns.
        images: the name of each image, a row each.
        truth: 1, 0, or None where unknown.
        outputs: probabilities, 0 to 1.
    """

    schema_version: Literal[1] = 1
    dataset: str
    weights_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    preprocess_digest: str | None = None
    findings: tuple[str, ...] = Field(min_length=1)
    images: tuple[str, ...] = Field(min_length=1)
    truth: tuple[tuple[Label | None, ...], ...]
    outputs: tuple[tuple[Probability, ...], ...]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        if len({*self.findings}) < len(self.findings):
            raise ValueError("findings: one is named twice")
        if len({*self.images}) < len(self.images):
            raise ValueError("images: one is named twice")
        for key in ("truth", "outputs"):
            rows = getattr(self, key)
            if len(rows) != len(self.images) or any(len(r) != len(self.findings) for r in rows):
                raise ValueError(f"{key}: not a row for each image and a value for each finding")
        return self

    @classmethod
    def of(
        cls,
        predictions: Predictions,
        images: tuple[str, ...],
        weights_sha256: str,
        preprocess_digest: str | None,
    ) -> Self:
        """Predictions with the names of their images."""
        return cls(
            dataset=predictions.dataset,
            weights_sha256=weights_sha256,
            preprocess_digest=preprocess_digest,
            findings=predictions.findings,
            images=images,
            truth=tuple(
                tuple(None if np.isnan(value) else (1 if value else 0) for value in row)
                for row in predictions.truth
            ),
            outputs=tuple(tuple(map(float, row)) for row in predictions.outputs),
        )
