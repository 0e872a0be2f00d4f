"""Which elements a nearest Resize takes: PyTorch's, although scales are rounded to float32."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from xport.tfjs_writer.resizing import Stretch, _unrounded


@pytest.mark.parametrize("scale", [8 / 3, 7 / 3, 5 / 3, 64 / 26, 2.46, 1.7, 0.6, 0.3, 4 / 7])
def test_every_element_is_the_one_that_pytorch_takes(scale: float) -> None:
    rounded = float(np.float32(scale))
    assert _unrounded(rounded) == pytest.approx(scale, rel=1e-15)
    for before in range(4, 70):
        x = torch.arange(float(before)).reshape(1, 1, before)
        expected = functional.interpolate(x, scale_factor=scale, mode="nearest")[0, 0].tolist()
        if len(expected) in (before, 2 * before):
            continue  # then PyTorch goes by the sizes, and so does the export
        stretch = Stretch(before, len(expected), _unrounded(rounded))
        found = np.floor(stretch.as_pytorch()).clip(0, before - 1)
        assert found.tolist() == expected, before


def test_a_scale_that_is_no_ratio_of_small_numbers_is_taken_as_it_is() -> None:
    scale = float(np.float32(np.pi))
    assert _unrounded(scale) == scale
