"""Documents that belong to weights: a threshold of other weights is a wrong decision, silently."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from reference.document import GrownDocument
from reference.errors import CalibrationError

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""

Version = Literal[1, 2]


class OwnedDocument(GrownDocument):
    """A document that was made for weights, and from version 2 on names them.

    ``weights_sha256`` is the digest of the file of weights. Version 1 named none: it is read, so
    that what was published stays readable, and no release takes it.
    """

    later: ClassVar[tuple[str, ...]] = ("weights_sha256",)

    schema_version: Version = 2
    weights_sha256: Sha256 | None = None

    @model_validator(mode="before")
    @classmethod
    def _version_1_names_none(cls, given: Any) -> Any:
        """What is made in memory without weights is of version 1."""
        unversioned = isinstance(given, dict) and "schema_version" not in given
        if unversioned and given.get("weights_sha256") is None:
            return {"schema_version": 1, **given}
        return given

    @model_validator(mode="after")
    def _names_weights_from_version_2(self) -> Self:
        if (self.weights_sha256 is not None) != (self.schema_version == 2):
            raise ValueError(
                "weights_sha256: version 2 names the SHA-256 of its weights, version 1 names none"
            )
        return self

    def owned_by(self, weights_sha256: str) -> Self:
        """The same document, naming the weights that it was made for.

        Raises:
            CalibrationError: it names others.
        """
        if self.weights_sha256 not in (None, weights_sha256):
            raise CalibrationError(
                f"it was made for the weights {self.weights_sha256}, not for {weights_sha256}",
                type(self).__name__.lower(),
                "fit it again on these weights",
            )
        return self.model_copy(update={"schema_version": 2, "weights_sha256": weights_sha256})
