"""What the release itself does not ask: that the network in the browser names colours rightly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import COLOURS


@pytest.mark.parametrize("leg", ["tfjs/wasm", "tfjs/webgl"])
def test_a_browser_names_every_colour(xport_runner: Any, leg: str) -> None:
    for number, colour in enumerate(COLOURS.values()):
        patch = np.broadcast_to(np.float32(colour)[None, :, None, None], (1, 3, 16, 16))
        said = xport_runner(patch, leg=leg)["probabilities"]
        assert said.argmax() == number


def test_the_bundle_is_verified(xport_bundle: Path) -> None:
    assert (xport_bundle / "models" / "colours").is_dir()
