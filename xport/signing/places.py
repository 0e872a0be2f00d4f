"""Where signatures lie in a bundle, and reading them with a limit."""

from __future__ import annotations

from pathlib import Path

from xport.errors import IntegrityError

FOLDER = "signature"
ENVELOPE = f"{FOLDER}/evidence.dsse.json"
MODEL_SIGNATURE = f"{FOLDER}/model.sig"
KEYLESS = f"{FOLDER}/model.sigstore.json"
KEYED = (ENVELOPE, MODEL_SIGNATURE)
"""What signing with a key adds."""
FILES = (*KEYED, KEYLESS)
"""What may lie in a bundle beside its manifest and the files that this lists."""

MAX_BYTES = 16 * 2**20
"""Of one signature file: some hundred bytes for each file and check, so a hundred thousand."""


def refused(name: str, what: str) -> IntegrityError:
    """The error of a signature file that is not as it must be."""
    return IntegrityError(what, name, "the signature is damaged or forged: do not publish it")


def read_signature_file(folder: Path, name: str) -> bytes:
    """The bytes of a signature file of the bundle at `folder`.

    Raises:
        IntegrityError: it is missing, a link, no file, or longer than a signature can be.
    """
    path = folder / name
    if path.is_symlink() or path.parent.is_symlink():
        raise refused(name, "a link stands for a file of the bundle")
    if not path.is_file():
        raise refused(name, "is missing" if not path.exists() else "is no file")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refused(name, f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise refused(name, f"is longer than {MAX_BYTES:,} bytes, as no signature is")
    return content
