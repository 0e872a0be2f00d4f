"""Every kind of file of a bundle: changed, missing, renamed, and a link in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.saboteurs.mutations.bundles import raw
from tests.saboteurs.table import Mutation

KINDS = {
    "weights": "models/classifier/*.bin",
    "graph": "models/classifier/model.json",
    "definition of preprocessing": "models/autoencoder/preprocess.json",
    "self-test": "self_test/self_test.json",
    "self-test's data": "self_test/classifier-0-*.bin",
    "example": "examples/*",
    "evidence": "evidence.json",
    "report": "report.html",
    "page": "index.html",
    "page's script": "app.js",
    "worker": "picture.worker.js",
    "service worker": "sw.js",
    "WebAssembly module": "tfjs-backend-wasm-simd.wasm",
    "decoder": "codec-jpeg.js",
    "licence": "licenses/app.md",
    "host's headers": "_headers",
}


def mutations() -> Iterator[Mutation]:
    """Four of every kind."""
    for kind, pattern in KINDS.items():
        yield raw(
            f"{kind} changed, listed as it was",
            f"A byte in the middle of the {kind} is another.",
            "is changed",
            lambda bundle, p=pattern: _flip(_file(bundle, p)),
        )
        yield raw(
            f"{kind} missing",
            f"The {kind} is not there.",
            "is missing",
            lambda bundle, p=pattern: _file(bundle, p).unlink(),
        )
        yield raw(
            f"{kind} renamed",
            f"The {kind} has another name.",
            ".old is extra",
            lambda bundle, p=pattern: _rename(_file(bundle, p)),
        )
        yield raw(
            f"link for {kind}",
            f"A link to the same bytes outside stands in the place of the {kind}.",
            "a link stands for a file of the bundle",
            lambda bundle, p=pattern: _link(_file(bundle, p), bundle.parent / "outside"),
        )


def _file(bundle: Path, pattern: str) -> Path:
    return sorted(bundle.glob(pattern))[0]


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = len(content) // 2
    content[place] = ord(" ") if content[place] != ord(" ") else ord("x")
    path.write_bytes(content)


def _rename(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.old"))


def _link(path: Path, outside: Path) -> None:
    path.rename(outside)
    path.symlink_to(outside)


MUTATIONS = list(mutations())
