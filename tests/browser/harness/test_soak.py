"""Many images through one page: what must not grow, and what must not change."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from xport.benchmark.soak import IN_TURN, SoakResult, soak_lines, soak_page
from xport.formats.artifact import Signature, TensorSpec

SIGNATURE = Signature(
    inputs=(TensorSpec(name="image", shape=(1, 4)),), outputs=(TensorSpec(name="out", shape=(1,)),)
)


def test_twenty_images_leave_a_page_as_it_was(
    session: BrowserSession, models: list[ModelSource]
) -> None:
    model = models[1]
    found = soak_page(session, model.id, model.signature, 20, seed=3)
    assert found.complaints == ()
    assert found.tensors[1] == found.tensors[2] > 0
    assert SoakResult(soaked=(found,)).passed


class Page:
    """A page that goes wrong as it is told, from the twelfth image on."""

    def __init__(self, **wrong: Any) -> None:
        self.wrong = wrong
        self.count = 0
        self.processes = SimpleNamespace(held_mib=self._memory)

    def environment(self) -> Any:
        return SimpleNamespace(backend="webgl", renderer="none")

    def _memory(self) -> float:
        return 100.0 + self.wrong.get("mib", 0.0) * self.count

    def run(self, model: str, inputs: dict[str, Any]) -> Any:
        self.count += 1
        late = self.count > 12
        value = self.wrong.get("constant", float(inputs["image"].sum()))
        value += self.wrong.get("noise", 0.0) * late
        memory = SimpleNamespace(
            tensors=10 + self.wrong.get("tensors", 0) * late,
            bytes=400 + self.wrong.get("bytes", 0) * late,
        )
        return SimpleNamespace(outputs={"out": np.array([value])}, memory_after=memory)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tensors": 1}, "tensors are not flat: 10 at first, up to 11"),
        ({"bytes": 4}, "bytes in tensors are not flat"),
        ({"mib": 2.0}, "the browser's memory grew from"),
        ({"noise": 1e-9}, "image 13 of 40: out is not what the same image gave before"),
        ({"constant": 1.0}, "out is the same for every image"),
    ],
)
def test_what_grows_or_changes_is_said(wrong: dict[str, Any], said: str) -> None:
    page: Any = Page(**wrong)
    found = soak_page(page, "net", SIGNATURE, 40, seed=0)
    assert any(said in complaint for complaint in found.complaints)
    result = SoakResult(soaked=(found,))
    assert not result.passed
    assert "FAILED" in soak_lines(result)[0]


def test_the_last_image_is_the_first_again() -> None:
    page: Any = Page()
    seen: list[float] = []
    run = page.run
    page.run = lambda model, inputs: (
        seen.append(float(inputs["image"].sum())),
        run(model, inputs),
    )[1]
    found = soak_page(page, "net", SIGNATURE, 2 * IN_TURN + 3, seed=0)
    assert seen[-1] == seen[0] != seen[1]
    assert found.complaints == ()
