"""Python's pipelines keep the definition's geometry and differ from it by their resizers alone."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
import skimage
from PIL import Image

from reference.errors import ImageError
from reference.preprocess import Preprocess
from reference.preprocess.pipelines import PIPELINES, Pipeline, Unsupported

NO_OPENCV = Unsupported("opencv is not installed: pip install opencv-python-headless")
INSTALLED = [
    pipeline
    for pipeline in PIPELINES.values()
    if pipeline.name != "opencv" or importlib.util.find_spec("cv2")
]
each_pipeline = pytest.mark.parametrize("pipeline", INSTALLED, ids=lambda one: one.name)


@dataclass(frozen=True)
class Wanted:
    """A definition of a small input."""

    size: int = 32
    channels: int = 1
    low: float = 0.0
    high: float = 1.0
    fit: Literal["crop", "stretch"] = "crop"

    def exactly(self, image: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
        """What the definition itself makes of gray levels."""
        return Preprocess(
            size=self.size, channels=self.channels, low=self.low, high=self.high, fit=self.fit
        ).apply(image)


def _array(
    pipeline: Pipeline, image: npt.NDArray[np.generic], wanted: Wanted
) -> npt.NDArray[np.float32]:
    found = pipeline.prepare(image, wanted)
    assert not isinstance(found, Unsupported), found
    return found


@pytest.fixture(scope="module")
def photograph() -> npt.NDArray[np.uint8]:
    """Return a photograph of 512x512 pixels, of which the upper 400 rows are taken."""
    file = Path(skimage.__file__).parent / "data" / "camera.png"
    return np.asarray(Image.open(file))[:400]


@each_pipeline
def test_input_has_the_declared_shape_and_range(pipeline: Pipeline) -> None:
    image = np.random.default_rng(1).integers(0, 256, (70, 90)).astype(np.uint8)
    values = _array(pipeline, image, Wanted(channels=3, low=-1024.0, high=1024.0))
    assert values.shape == (1, 3, 32, 32)
    assert values.dtype == np.float32
    assert -1024 <= values.min() < 0 < values.max() <= 1024
    assert np.array_equal(values[:, 0], values[:, 2])


@each_pipeline
@pytest.mark.parametrize("level", [0, 93, 255])
def test_flat_image_keeps_its_level(pipeline: Pipeline, level: int) -> None:
    values = _array(pipeline, np.full((60, 100), level, np.uint8), Wanted()) * 255
    inner = values[..., 4:-4, 4:-4]
    np.testing.assert_allclose(inner, level, atol=1e-4)
    if pipeline.name != "torchxrayvision":  # it surrounds the image with mid-gray
        np.testing.assert_allclose(values, level, atol=1e-4)


def test_torchxrayvision_draws_the_border_towards_mid_gray() -> None:
    image = np.full((96, 96), 255, np.uint8)
    image[40:56, 40:56] = 0  # scikit-image clips to the range of its input
    values = _array(PIPELINES["torchxrayvision"], image, Wanted())[0, 0]
    assert 0.5 < values[0, 0] < values[0, 9] < 0.99
    assert values[9, 9] > 0.99


@each_pipeline
@pytest.mark.parametrize("fit", ["crop", "stretch"])
@pytest.mark.parametrize(("height", "width"), [(64, 111), (111, 64)])
def test_marker_lands_where_the_definition_puts_it(
    pipeline: Pipeline, fit: Literal["crop", "stretch"], height: int, width: int
) -> None:
    image = np.zeros((height, width), np.uint8)
    top, left = (height - 64) // 2 + 4, (width - 64) // 2 + 10
    image[top : top + 16, left : left + 24] = 255
    wanted = Wanted(fit=fit)
    rows, columns = np.indices((32, 32))
    places = [
        ((rows * plane).sum() / plane.sum(), (columns * plane).sum() / plane.sum())
        for plane in (
            np.where(values > 0.6, values, 0)
            for values in (_array(pipeline, image, wanted)[0, 0], wanted.exactly(image)[0, 0])
        )
    ]
    np.testing.assert_allclose(places[0], places[1], atol=0.6)


@each_pipeline
def test_photograph_differs_by_what_the_resizer_does(
    pipeline: Pipeline, photograph: npt.NDArray[np.uint8]
) -> None:
    wanted = Wanted(size=100)
    values = _array(pipeline, photograph, wanted)
    mean = float(np.abs(values - wanted.exactly(photograph)).mean()) * 255
    if pipeline.name == "torch-antialias":  # the same filter as the definition's, in float32
        assert mean < 1e-3
    else:
        assert 0.1 < mean < 6


@each_pipeline
def test_16_bit_levels_and_8_bit_levels_of_the_same_shade_agree(pipeline: Pipeline) -> None:
    shallow = np.random.default_rng(1).integers(0, 256, (70, 90)).astype(np.uint8)
    deep = shallow.astype(np.uint16) * np.uint16(257)
    for image in (deep, shallow / 255):
        assert np.array_equal(
            _array(pipeline, image, Wanted()), _array(pipeline, shallow, Wanted())
        )


@each_pipeline
def test_strip_that_would_fill_the_memory_is_unsupported(pipeline: Pipeline) -> None:
    found = pipeline.prepare(np.zeros((1, 3_000_000), np.uint8), Wanted())
    if pipeline.crops_first:
        assert not isinstance(found, Unsupported)
    else:
        assert isinstance(found, Unsupported)
        assert "96000000x32" in found.reason


def test_absent_opencv_is_unsupported_and_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert PIPELINES["opencv"].prepare(np.zeros((40, 40), np.uint8), Wanted()) == NO_OPENCV


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4, 3), np.uint8), np.zeros((0, 4)), np.full((4, 4), np.nan)]
)
def test_refuses_what_is_no_gray_image(image: npt.NDArray[np.generic]) -> None:
    with pytest.raises(ImageError) as caught:
        PIPELINES["pillow"].prepare(image, Wanted())
    assert caught.value.remedy
