"""What must lie in a bundle, and what may, by the version of its manifest, whatever that lists.

A manifest without them is no smaller bundle, but one from which something was taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from xport.bundles.manifest import RULE, Manifest
from xport.bundles.self_test import SelfTest
from xport.judgement.evidence import EVIDENCE
from xport.plan.plan import Plan

PAGE = (
    "app.css",
    "app.js",
    "app.webmanifest",
    "codec-jpeg-2000.js",
    "codec-jpeg-2000.wasm",
    "codec-jpeg-cmyk.wasm",
    "codec-jpeg-ls.js",
    "codec-jpeg-ls.wasm",
    "codec-jpeg.js",
    "codec-jpeg.wasm",
    "engine.js",
    "engine.worker.js",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-512.png",
    "icon.svg",
    "index.html",
    "picture.worker.js",
    "sw.js",
    "tfjs-backend-wasm-simd.wasm",
    "tfjs-backend-wasm-threaded-simd.wasm",
    "tfjs-backend-wasm.wasm",
)
"""The page: what it shows, computes, decodes and keeps for use without a network."""

LICENCES = tuple(
    f"licenses/{name}"
    for name in ("app.md", "codecs.txt", "engine.md", "picture.worker.md", "sw.md")
)
"""The terms of what the page's scripts contain."""

HOSTING = (".htaccess", "_headers")
DOCUMENTS = (EVIDENCE, "report.html")
MODEL_CARD = "README.md"
"""Beside each model: its card in the form of model hubs."""
BOM = "bom.cdx.json"
"""The bill of materials; bundles of this version alone must have one (`bom`)."""


def required_files(manifest: Manifest) -> Iterator[str]:
    """Files that a bundle of version 3 has beside its models, by their path from its root."""
    yield from PAGE
    yield from LICENCES
    yield from HOSTING
    yield from DOCUMENTS
    yield manifest.self_test.path


def unknown_files(manifest: Manifest, plan: Plan, self_test: SelfTest) -> Iterator[str]:
    """Files that are listed, and that no bundle of version 3 of this plan has.

    Where the plan names no page, as of older rules, its files are not known.
    """
    if plan.page is None:
        return
    cases = [case for tested in self_test.models.values() for case in tested.cases]
    known = {
        *required_files(manifest),
        BOM,
        *plan.page.deployed,
        *manifest.model_files(),
        *(f"{model.path}{MODEL_CARD}" for model in manifest.models.values()),
        *([RULE] if plan.rule is not None else []),
        *(example.path for example in manifest.examples),
        *(file.path for case in cases for file in case.input_files.values()),
        *(file.path for case in cases for file in case.output_files.values()),
    }
    for name in sorted(manifest.files.keys() - known):
        yield f"{name} is listed, and no file of a bundle"
