"""The page turns grey levels into a model's input exactly as reference/preprocess.py does."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pytest

from browser_harness import wire
from browser_harness.session import BrowserSession
from reference.preprocess import Preprocess


@pytest.mark.parametrize("session", ["cpu"], indirect=True)  # plain JavaScript on any backend
@pytest.mark.parametrize(("height", "width"), [(48, 64), (65, 48), (20, 20), (7, 33), (301, 211)])
@pytest.mark.parametrize("rule", [(32, 3, 0, 1, "crop"), (33, 1, -1024, 1024, "stretch")])
@pytest.mark.parametrize("maxval", [255, 65535])
def test_equals_the_reference_to_the_bit(
    session: BrowserSession,
    height: int,
    width: int,
    rule: tuple[int, int, int, int, str],
    maxval: int,
) -> None:
    size, channels, low, high, fit = rule
    kind = np.uint8 if maxval == 255 else np.uint16
    image = (
        np.random.default_rng(5).integers(0, maxval, (height, width), endpoint=True).astype(kind)
    )
    expected = Preprocess(size, channels, low, high, fit).apply(image)  # type: ignore[arg-type]
    keys = ("size", "channels", "low", "high", "fit")
    with ExitStack() as published:
        file = session.publish(image.astype(np.int32), published).model_dump(by_alias=True)
        request = {
            "image": file,
            "width": width,
            "height": height,
            "maxval": maxval,
            "preprocess": dict(zip(keys, rule, strict=True)),
        }
        reply = session.call("preprocess", request, wire.TensorText)
    assert np.array_equal(wire.decode("image", reply), expected)
