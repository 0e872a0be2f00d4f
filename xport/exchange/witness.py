"""What the browser's own interfaces saw of a session: the witness's account.

The witness is the first import of the page's scripts; it counts what an engine does with WebGL,
WebGPU and WebAssembly, whatever the engine says of itself.

Twin: `witness/witness.ts`.
"""

from __future__ import annotations

from pydantic import NonNegativeInt

from xport.common.document import Document

SCRIPT = "witness.js"
"""The witness's file in the built page, and in a bundle."""


class WitnessedModule(Document):
    """A WebAssembly module that was instantiated, by its bytes.

    `simd` says that a function of it declares a vector of 128 bits, `threads` that it was given a
    memory that threads share.
    """

    sha256: str
    simd: bool
    threads: bool


class Work(Document):
    """Draw calls on WebGL and submits on WebGPU."""

    draws: NonNegativeInt
    submits: NonNegativeInt


class Account(Work):
    """What was seen since the page was loaded; counts are of calls that returned.

    `watched` are the interfaces, such as `WebGL2RenderingContext.drawArrays`; `foreign` those that
    were not the browser's own when the witness began, `replaced` those whose counter was taken
    away since. `programs` are linked WebGL programs, `reads` readbacks from WebGL, `pipelines`
    those of WebGPU.
    """

    watched: tuple[str, ...]
    foreign: tuple[str, ...]
    replaced: tuple[str, ...]
    programs: NonNegativeInt
    reads: NonNegativeInt
    pipelines: NonNegativeInt
    instantiations: NonNegativeInt
    modules: tuple[WitnessedModule, ...]
    workers: NonNegativeInt


class Witness(Account):
    """The account of a session, and what the harness counted itself.

    `runs` are the runs of a model, `idle` those during which nothing was drawn or submitted.
    """

    runs: NonNegativeInt
    idle: NonNegativeInt
