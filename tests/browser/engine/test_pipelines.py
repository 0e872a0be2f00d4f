"""Every pipeline of the page prepares what the definition describes, each with its own pixels."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import skimage
from PIL import Image

from browser_harness.drive import wire
from browser_harness.drive.pipelines import PIPELINES, Prepared, Unsupported, prepare
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from reference.preprocess import Preprocess
from reference.preprocess.pipelines import PIPELINES as PYTHON_PIPELINES
from xport.common.arrays import Array
from xport.errors import InputError
from xport.plan.pipeline_description import PIPELINES as NAMES_IN_DOCUMENTS

NAMES = tuple(pipeline.name for pipeline in PIPELINES)
EXACT = ("exact", "browser-decoder")
"""Those that give the definition's own bits, as long as the browser decodes what was stored."""
each_pipeline = pytest.mark.parametrize("pipeline", NAMES)
each_of_the_browser = pytest.mark.parametrize("pipeline", [n for n in NAMES if n != "exact"])
each_other_resizer = pytest.mark.parametrize("pipeline", [n for n in NAMES if n not in EXACT])


@pytest.fixture(scope="module")
def page(settings: Callable[..., BrowserSettings]) -> Iterator[BrowserSession]:
    """A page without any model; wasm stands for the backends that read pixels on the CPU."""
    with BrowserSession([], settings("wasm")) as opened:
        yield opened


@pytest.fixture(scope="module")
def photograph() -> Array:
    """512x512 gray levels."""
    return np.asarray(Image.open(Path(skimage.__file__).parent / "data" / "camera.png"))


def _png(image: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def _array(page: BrowserSession, pipeline: str, content: bytes, wanted: Preprocess) -> Array:
    found = prepare(page, pipeline, content, wanted)
    assert isinstance(found, Prepared), found
    return found.array


def _centroid(plane: Array) -> tuple[float, float]:
    rows, columns = np.indices(plane.shape)
    return float((rows * plane).sum() / plane.sum()), float((columns * plane).sum() / plane.sum())


@each_pipeline
def test_input_has_the_declared_shape_and_range(page: BrowserSession, pipeline: str) -> None:
    image = np.random.default_rng(1).integers(0, 256, (70, 90)).astype(np.uint8)
    wanted = Preprocess(size=32, channels=3, low=-1024.0, high=1024.0)
    found = prepare(page, pipeline, _png(image), wanted)
    assert isinstance(found, Prepared)
    assert found.array.shape == (1, 3, 32, 32)
    assert found.array.dtype == np.float32
    assert -1024 <= found.array.min() < 0 < found.array.max() <= 1024
    assert np.array_equal(found.array[:, 0], found.array[:, 2])
    assert found.decode_seconds > 0
    assert found.resize_seconds > 0
    assert found.backend == (
        "wasm" if pipeline in ("img-from-pixels", "tf-resize-bilinear") else None
    )


@each_pipeline
def test_flat_image_keeps_its_level_exactly(page: BrowserSession, pipeline: str) -> None:
    for level in (0, 93, 255):
        image = np.full((60, 100), level, np.uint8)
        assert np.unique(_array(page, pipeline, _png(image), Preprocess(size=32))) == np.float32(
            level / 255
        )


@each_of_the_browser
def test_16_bit_image_is_what_the_browser_makes_of_it_8_bit(
    page: BrowserSession, pipeline: str
) -> None:
    image = np.full((40, 40), 0x12E7, np.uint16)
    assert np.unique(_array(page, pipeline, _png(image), Preprocess(size=32))) == np.float32(
        0x12 / 255
    )


@each_pipeline
@pytest.mark.parametrize(
    ("gray", "level"),
    [("mean", 350 / 3), ("luma", 0.299 * 200 + 0.587 * 100 + 0.114 * 50), ("first", 200)],
)
def test_colours_become_gray_by_the_declared_rule(
    page: BrowserSession, pipeline: str, gray: Literal["mean", "luma", "first"], level: float
) -> None:
    image = np.full((40, 40, 3), (200, 100, 50), np.uint8)
    values = _array(page, pipeline, _png(image), Preprocess(size=32, gray=gray))
    np.testing.assert_allclose(values * 255, level, atol=1e-4)


@each_pipeline
@pytest.mark.parametrize("fit", ["crop", "stretch"])
@pytest.mark.parametrize(("height", "width"), [(64, 111), (111, 64)])
def test_marker_lands_where_the_definition_puts_it(
    page: BrowserSession,
    pipeline: str,
    fit: Literal["crop", "stretch"],
    height: int,
    width: int,
) -> None:
    image = np.zeros((height, width), np.uint8)
    top, left = (height - 64) // 2 + 4, (width - 64) // 2 + 10
    image[top : top + 16, left : left + 24] = 255  # in one corner of the central square
    image[-3:, -3:] = 255  # cut away, unless stretched
    wanted = Preprocess(size=32, fit=fit)
    values = _array(page, pipeline, _png(image), wanted)[0, 0]
    expected = wanted.apply(image)[0, 0]
    assert (expected[-1, -1] > 0.2) == (values[-1, -1] > 0.2) == (fit == "stretch")
    np.testing.assert_allclose(_centroid(values), _centroid(expected), atol=0.6)


@each_pipeline
def test_orientation_of_a_photograph_is_followed(page: BrowserSession, pipeline: str) -> None:
    image = np.zeros((60, 90), np.uint8)
    image[:20, :30] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", exif=exif, quality=95)
    wanted = Preprocess(size=32, fit="stretch")
    values = _array(page, pipeline, file.getvalue(), wanted)[0, 0]
    upright = wanted.apply(np.rot90(image, -1).copy())[0, 0]
    np.testing.assert_allclose(_centroid(values), _centroid(upright), atol=0.8)


def test_only_the_exact_path_leaves_a_photograph_as_stored(page: BrowserSession) -> None:
    image = np.zeros((60, 90), np.uint8)
    image[:20, :30] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", exif=exif)
    wanted = Preprocess(size=32, orientation="stored")
    for pipeline in NAMES:
        values = _array(page, pipeline, file.getvalue(), wanted)
        upper_left_is_white = values[0, 0, 0, 0] > 0.9
        assert upper_left_is_white == (pipeline == "exact")
    assert np.array_equal(_array(page, "exact", file.getvalue(), wanted), wanted.apply(image))


@pytest.mark.parametrize("pipeline", EXACT)
def test_gray_photograph_is_what_the_definition_makes_of_it_to_the_bit(
    page: BrowserSession, photograph: Array, pipeline: str
) -> None:
    wanted = Preprocess(size=224, low=-1024.0, high=1024.0)
    values = _array(page, pipeline, _png(photograph), wanted)
    assert np.array_equal(values, wanted.apply(photograph))


@each_other_resizer
def test_photograph_differs_from_the_definition_within_reason(
    page: BrowserSession, photograph: Array, pipeline: str
) -> None:
    wanted = Preprocess(size=224)
    values = _array(page, pipeline, _png(photograph), wanted)
    difference = np.abs(values - wanted.apply(photograph)) * 255
    assert difference.max() > 1
    assert 0.1 < difference.mean() < 6


@each_of_the_browser
@pytest.mark.parametrize("content", [bytes(128) + b"DICM" + bytes(64), b"\x08\x00\x05\x00CS"])
def test_dicom_is_answered_as_unsupported(
    page: BrowserSession, pipeline: str, content: bytes
) -> None:
    found = prepare(page, pipeline, content, Preprocess(size=32))
    assert found == Unsupported("browsers decode PNG and JPEG, and no DICOM")


@each_other_resizer
def test_strip_that_no_canvas_holds_is_answered_as_unsupported(
    page: BrowserSession, pipeline: str
) -> None:
    found = prepare(page, pipeline, _png(np.zeros((1, 2000), np.uint8)), Preprocess(size=32))
    assert isinstance(found, Unsupported)
    assert "64000x32" in found.reason


@each_pipeline
def test_refuses_a_damaged_image(page: BrowserSession, pipeline: str) -> None:
    with pytest.raises(PageRefused) as caught:
        prepare(page, pipeline, _png(np.zeros((40, 40), np.uint8))[:30], Preprocess(size=32))
    assert caught.value.code == "input-refused"


def test_python_and_the_page_name_the_same_pipelines(page: BrowserSession) -> None:
    with pytest.raises(InputError, match="no pipeline 'nearest'"):
        prepare(page, "nearest", b"", Preprocess(size=32))
    request = {"content": {}, "pipeline": "nearest", "definition": {}}
    with pytest.raises(PageRefused) as caught:
        page.call("prepareImage", request, wire.Memory)
    assert caught.value.what.endswith(f"the page has {', '.join(NAMES)}")


def test_documents_name_the_pipelines_of_both_sides() -> None:
    assert {*NAMES, *PYTHON_PIPELINES} == {"exact", *NAMES_IN_DOCUMENTS}


@pytest.mark.parametrize("session", ["webgl"], indirect=True)
def test_runs_beside_models_and_leaves_no_tensor(
    session: BrowserSession, images: dict[str, dict[str, Array]]
) -> None:
    inputs = images["autoencoder"]
    before = session.run("autoencoder", inputs).memory_after
    image = np.random.default_rng(1).integers(0, 256, (70, 90)).astype(np.uint8)
    for pipeline in ("img-from-pixels", "tf-resize-bilinear"):
        found = prepare(session, pipeline, _png(image), Preprocess(size=32))
        assert isinstance(found, Prepared)
        assert found.backend == "webgl"
    after = session.run("autoencoder", inputs).memory_before
    assert after.tensors == before.tensors
    assert after.bytes == before.bytes
