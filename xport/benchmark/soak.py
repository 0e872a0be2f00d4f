"""Many images through one page, in which nothing may grow and nothing may change: `xport soak`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from xport.benchmark.models import inputs_for, read_models
from xport.benchmark.side_by_side import source_of
from xport.common import digests, progress
from xport.common.document import Document
from xport.errors import InputError
from xport.recording.browser import BrowserOptions

if TYPE_CHECKING:
    from browser_harness.drive.outcomes import RunOutcome
    from browser_harness.drive.session import BrowserSession
    from xport.formats.artifact import Signature

IMAGES = 500
IN_TURN = 5
"""So many different images take turns; the last one is the first again."""

FEWEST = 2 * IN_TURN
SAMPLES = 20
GROWTH_SHARE, GROWTH_MIB = 0.05, 24.0
"""How much more memory the browser may have in the last fifth than in the first, all processes.

Its collector of garbage and its caches breathe by some MiB; a float32 image of 224 × 224 × 3 that
stays each time is 290 MiB after 500.
"""

TIMEOUT_S = 300.0


class Soaked(Document):
    """One model on one backend after many images in one page.

    `tensors` and `bytes` are what TF.js held after the first turn and the most and least after it;
    `memory_mib` samples of what the browser's processes hold together, mapped files apart, in
    order. `complaints` are what grew or changed.
    """

    model: str
    backend: str
    renderer: str | None
    images: int = Field(ge=FEWEST)
    tensors: tuple[int, int, int]
    bytes: tuple[int, int, int]
    memory_mib: tuple[float, ...]
    complaints: tuple[str, ...]


class SoakResult(Document):
    """Every model on every backend, one page each."""

    soaked: tuple[Soaked, ...]

    @property
    def passed(self) -> bool:
        """Whether something ran and nothing grew or changed."""
        return bool(self.soaked) and not any(one.complaints for one in self.soaked)


def soak(
    named: Sequence[str], backends: Sequence[str], images: int, seed: int, browser: BrowserOptions
) -> SoakResult:
    """Push `images` images through one page for each TF.js model and backend.

    Raises:
        InputError: a model cannot be read, is no TF.js model, or the images are too few.
        RunnerError, UnavailableError: there is no browser, or the page refused or died.
    """
    from browser_harness.drive.session import BrowserSession
    from browser_harness.launch.browsers import Graphics
    from browser_harness.launch.settings import BrowserSettings

    if images < FEWEST:
        raise InputError(f"{images} images are too few", "--images", f"give {FEWEST} or more")
    found = []
    with tempfile.TemporaryDirectory(prefix="xport-soak-") as scratch:
        models = read_models(named, Path(scratch), seed)
        for model in models:
            if model.is_onnx:
                raise InputError("images are soaked in TF.js only", str(model.path))
        for model in models:
            for backend in backends:
                settings = BrowserSettings(
                    backend=backend,
                    threads=1 if backend == "wasm" else None,
                    graphics=Graphics(browser.graphics),
                    browser=browser.browser,
                    timeout_s=TIMEOUT_S,
                    require_renderer=browser.require_renderer,
                )
                with BrowserSession([source_of(model)], settings) as session:
                    found.append(soak_page(session, model.name, model.signature, images, seed))
    return SoakResult(soaked=tuple(found))


def soak_page(
    session: BrowserSession, model: str, signature: Signature, images: int, seed: int
) -> Soaked:
    """Push images through an open page, in turns, and say what grew or changed."""
    inputs = [inputs_for(signature, seed + index) for index in range(IN_TURN)]
    web = session.environment()
    first: dict[int, dict[str, str]] = {}
    held: list[tuple[int, int]] = []
    memory: list[float] = []
    changed: list[str] = []
    with progress.step(f"soak {model} on {web.backend}", images):
        for number in range(images):
            last = number == images - 1
            turn = 0 if last else number % IN_TURN
            outcome = session.run(model, inputs[turn])
            said = {name: digests.of_array(array) for name, array in outcome.outputs.items()}
            known = first.setdefault(turn, said)
            changed += [
                f"image {number + 1} of {images}: {name} is not what the same image gave before"
                for name in said
                if said[name] != known[name]
            ]
            if number >= IN_TURN:
                held.append(_held(outcome))
                if last or number % max(1, images // SAMPLES) == 0:
                    memory.append(session.processes.held_mib())
            progress.advance()
    return Soaked(
        model=model,
        backend=web.backend,
        renderer=web.renderer,
        images=images,
        tensors=_of(held, 0),
        bytes=_of(held, 1),
        memory_mib=tuple(memory),
        complaints=(*changed[:1], *_same_outputs(first), *_growth(held, memory)),
    )


def _held(outcome: RunOutcome) -> tuple[int, int]:
    return outcome.memory_after.tensors, outcome.memory_after.bytes


def _of(held: Sequence[tuple[int, int]], place: int) -> tuple[int, int, int]:
    values = [one[place] for one in held]
    return values[0], min(values), max(values)


def _same_outputs(first: dict[int, dict[str, str]]) -> Iterator[str]:
    """Different images must give different answers, or else nothing was seen to stay the same."""
    for name in first[0]:
        if len({said[name] for said in first.values()}) == 1:
            yield f"{name} is the same for every image"


def _growth(held: Sequence[tuple[int, int]], memory: Sequence[float]) -> Iterator[str]:
    for place, what in enumerate(("tensors", "bytes in tensors")):
        values = [one[place] for one in held]
        if min(values) != max(values):
            yield f"{what} are not flat: {values[0]:,} at first, up to {max(values):,}"
    fifth = max(1, len(memory) // 5)
    before, after = max(memory[:fifth]), min(memory[-fifth:])
    if not after <= before + max(GROWTH_MIB, GROWTH_SHARE * before):
        yield f"the browser's memory grew from {before:,.0f} to {after:,.0f} MiB"


def soak_lines(result: SoakResult) -> list[str]:
    """The result for a terminal."""
    lines = []
    for one in result.soaked:
        verdict = "FAILED" if one.complaints else "flat"
        lines.append(
            f"{verdict:<6} {one.model} on {one.backend} ({one.renderer or 'no renderer'}): "
            f"{one.images} images, {one.tensors[0]:,} tensors, {one.bytes[0] / 2**20:.1f} MiB in "
            f"them, browser {one.memory_mib[0]:,.0f} to {one.memory_mib[-1]:,.0f} MiB; first and "
            f"last outputs {'identical' if not one.complaints else 'see below'}"
        )
        lines += [f"- {complaint}" for complaint in one.complaints]
    return lines
