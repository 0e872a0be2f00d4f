"""A TF.js model to be run: its folder, its signature and the digests its files must have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from browser_harness.drive.wire import FileDigest, ModelRequest
from xport.common import digests
from xport.errors import InputError, IntegrityError
from xport.formats.artifact import Artifact, Format, Signature


@dataclass(frozen=True)
class ModelSource:
    """One model for a session; the page refuses any file that is not as `files` says.

    Args:
        id: its name in the session and in the URL, letters, digits, `-`, `_` and `.`.
        folder: holds model.json and its shards, and nothing else.
        signature: what the model must be.
        files: digest and length by path; by default of the files as they are now.
    """

    id: str
    folder: Path
    signature: Signature
    files: dict[str, FileDigest] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.id or not all(letter.isalnum() or letter in "-_." for letter in self.id):
            raise InputError("not a model id: use letters, digits, - _ .", where=repr(self.id))
        if not self.files:
            object.__setattr__(self, "files", listing_of(self.folder))

    @property
    def base_url(self) -> str:
        """Where the page finds it."""
        return f"/models/{self.id}/"

    def resources(self) -> Iterator[tuple[str, Path]]:
        """The URL of every file, and where it lies."""
        for name in self.files:
            yield self.base_url + quote(name), self.folder / name

    def request(self) -> ModelRequest:
        """What the page is told of it."""
        return ModelRequest(base_url=self.base_url, files=self.files, signature=self.signature)

    @classmethod
    def of_artifact(cls, model_id: str, artifact: Artifact) -> ModelSource:
        """The model of a TF.js artifact.

        Raises:
            InputError: the artifact is of another format.
            IntegrityError: its files are not those its digest was made from.
        """
        if artifact.format is not Format.TFJS:
            raise InputError(f"a {artifact.format} artifact, not TF.js", where=str(artifact.path))
        source = cls(model_id, artifact.path, artifact.signature)
        found = digests.of_listing({name: file.sha256 for name, file in source.files.items()})
        if found != artifact.digest:
            raise IntegrityError(
                f"files have digest {found}, recorded was {artifact.digest}",
                where=str(artifact.path),
                remedy="convert the model again",
            )
        return source


def listing_of(folder: Path) -> dict[str, FileDigest]:
    """Digest and length of every file in a model's folder.

    Raises:
        InputError: there is no model.json.
    """
    if not (folder / "model.json").is_file():
        raise InputError("holds no model.json", where=str(folder), remedy="convert the model first")
    return {
        name: FileDigest(sha256=digest, bytes=(folder / name).stat().st_size)
        for name, digest in digests.of_folder(folder).items()
    }
