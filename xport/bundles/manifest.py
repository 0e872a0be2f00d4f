"""manifest.json: every file of a bundle by digest, and what the page has to know of its models.

Twin: `app/host/manifest.ts`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from reference.preprocess.corrections import Correction
from xport.common import digests
from xport.common.document import Document, GrownDocument
from xport.formats.artifact import Signature
from xport.formats.weights_manifest import inside
from xport.judgement.verdict import Note, Status
from xport.plan.plan import Kind
from xport.plan.site_bounds import SiteBounds

MANIFEST = "manifest.json"
RULE = "rule.json"
"""Where a bundle has the rule by which images are accepted."""
NOTICE = "NOT FOR MEDICAL USE"

Inside = Annotated[str, AfterValidator(inside)]
"""A path that does not leave the bundle."""


class FileEntry(Document):
    """Digest and length of one file.

    `path`, from the bundle's root, is where the same bytes lie already as another model's file: an
    explanation shares its classifier's shards.
    """

    sha256: str
    bytes: int
    path: Inside | None = None


class DataFile(Document):
    """Where a file lies, from the bundle's root, and its bytes.

    A reader checks its SHA-256 on the bytes that it parses, and refuses a `schema_version` that it
    does not know. That of `preprocess` is the definition's digest.
    """

    path: Inside
    sha256: str
    bytes: int


class Claim(Document):
    """Who claims the release, and with which key, as its run was told; and when it was judged.

    `fingerprint` is the SHA-256 of the key in DER, `key` the file that holds it in PEM, listed
    among the `files` too. Who can replace the page can replace this: trust is decided outside.
    """

    name: str
    fingerprint: str
    judged: str
    key: DataFile


class Example(DataFile):
    """An image that a person can open with one click; `title` says what it is."""

    title: str


class BundledModel(Document):
    """What the page needs to know of one model; `path` is its folder in the bundle.

    `explains` is the id of the classifier that this model explains. `card` is a page without
    script, of weights that have a card.
    """

    kind: Kind
    title: str
    path: Inside
    signature: Signature
    labels: tuple[str, ...] | None
    weights: str | None
    explains: str | None = None
    preprocess: DataFile | None
    calibration: DataFile | None = None
    gate: DataFile | None = None
    card: DataFile | None = None
    files: dict[Inside, FileEntry]

    def documents(self) -> list[DataFile]:
        """Those that the model has."""
        named = (self.preprocess, self.calibration, self.gate, self.card)
        return [file for file in named if file]


class Manifest(GrownDocument):
    """Every file of a bundle by digest, and the models in it.

    `tools` are those that made and verified the release, with their versions. `self_test` and
    `examples` are listed among the `files` too, with all others that belong to no model.
    `publishable` is whether the page can show the release, and `unshown` says of each model that it
    does not show why; None in a manifest from before it was said. `notes` are what is
    to be said wherever the verdict is, `backends` those that the page tries, in its order, for
    every model was verified on them; None as above. `faithful_to` is what the models are held to.
    `site` is what a hospital may set, within bounds; None where that is nothing.
    `rule` is what images are accepted by, listed among the `files` too; None where no rule decides.
    `publisher` is who claims the release; None where nobody does. `corrections` are those of images
    that were verified, and that the page may offer.

    Version 1 had the preprocessing itself in the place of `models.*.preprocess`; version 2 had
    neither self-test nor examples, cards and tools.
    """

    later: ClassVar[tuple[str, ...]] = ("rule", "site", "publisher", "corrections")

    schema_version: Literal[3] = 3
    release: str
    title: str
    version: str | None = None
    notice: str = NOTICE
    verdict: Status
    wasm_threads: int
    models: dict[str, BundledModel]
    self_test: DataFile
    examples: tuple[Example, ...] = ()
    tools: dict[str, str]
    publishable: bool | None = None
    unshown: dict[str, str] = Field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    backends: tuple[str, ...] | None = None
    faithful_to: str = "PyTorch"
    site: SiteBounds | None = None
    rule: DataFile | None = None
    publisher: Claim | None = None
    corrections: tuple[Correction, ...] = ()
    files: dict[Inside, FileEntry]

    def model_files(self) -> dict[str, FileEntry | DataFile]:
        """The files that belong to models, by path from the bundle's root."""
        found: dict[str, FileEntry | DataFile] = {}
        for model in self.models.values():
            found |= {entry.path or f"{model.path}{n}": entry for n, entry in model.files.items()}
            found |= {file.path: file for file in model.documents()}
        return found


def write_file(folder: Path, path: str, data: bytes) -> DataFile:
    """Write `data` at `path` in the bundle at `folder` and return its entry."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)
    return DataFile(path=path, sha256=digests.of_bytes(data), bytes=len(data))
