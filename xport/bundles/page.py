"""The page in a bundle: the files that the plan names, and its host's headers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from xport.bundles.manifest import Manifest
from xport.bundles.required import HOSTING
from xport.common import digests
from xport.common.hosting import header_files, with_threads
from xport.plan.plan import Plan

INDEX = "index.html"


def index_for(file: Path, threads: int) -> bytes:
    """The page's first document as a bundle has it: its policy allows for threads of wasm."""
    content = file.read_bytes()
    return with_threads(content.decode()).encode() if threads > 1 else content


def headers_for(paths: Iterable[str], threads: int) -> dict[str, bytes]:
    """The files that tell hosts which headers to send with a bundle's files, by name."""
    rest = [path for path in paths if path not in HOSTING]
    return {name: text.encode() for name, text in header_files(rest, threads).items()}


def page_findings(manifest: Manifest, plan: Plan) -> Iterator[str]:
    """Files of the page that are not those that the plan names, and headers that are not theirs."""
    shipped = {name: entry.sha256 for name, entry in manifest.files.items()}
    for name, digest in (plan.page.deployed if plan.page else {}).items():
        if shipped.get(name) != digest:
            yield f"{name} is not the page's file that the plan names"
    listed = [*manifest.files, *manifest.model_files()]
    for name, content in headers_for(listed, manifest.wasm_threads).items():
        if shipped.get(name) != digests.of_bytes(content):
            yield f"{name} does not tell a host what this page needs"
