"""Pixels that are not square count by their height and width, and what a file needed is said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from reference.data.pixels import read_grey
from reference.decoding import decode
from reference.errors import ImageError
from reference.preprocess import CHESTXNET, XRV, Preprocess, scaled_size
from reference.preprocess.picture import Note
from tests.images.corpus import corpus
from tests.images.dicom_files import DICOM_NOTES, Dicom

KEYWORDS = (
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "PixelAspectRatio",
)


def disc(height: int, width: int) -> npt.NDArray[np.int64]:
    """A disc that fills 2/3 of either side."""
    y, x = np.mgrid[:height, :width]
    inside = ((y + 0.5) / height - 0.5) ** 2 + ((x + 0.5) / width - 0.5) ** 2 < (1 / 3) ** 2
    return np.where(inside, 4095, 0)


def extent(image: npt.NDArray[np.float32]) -> tuple[int, int]:
    """Over how many rows and columns the bright disc extends."""
    bright = image[0, 0] > (image.min() + image.max()) / 2
    return int(bright.any(axis=1).sum()), int(bright.any(axis=0).sum())


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize(
    ("size", "sides"), [((512, 1024), "2\\1"), ((1536, 512), "1\\3"), ((500, 700), "7\\5")]
)
def test_a_disc_of_oblong_pixels_is_round(keyword: str, size: tuple[int, int], sides: str) -> None:
    kind = Dicom(bits=12, display={keyword: sides.split("\\")})
    picture = decode(kind.file(disc(*size)))
    assert picture.notes == ("pixel-aspect-ratio",)
    rows, columns = extent(CHESTXNET.apply(picture))
    assert abs(rows - columns) <= 1
    assert rows == pytest.approx(224 * 2 / 3, abs=2)


def test_square_pixels_are_prepared_as_ever() -> None:
    stored = disc(90, 60)
    plain = XRV.apply(decode(Dicom(bits=12).file(stored)))
    for keyword in KEYWORDS:
        for sides in (["1", "1"], ["143", "143"], ["1488", "1489"]):
            picture = decode(Dicom(bits=12, display={keyword: sides}).file(stored))
            assert (picture.aspect, picture.notes) == (1.0, ())
            np.testing.assert_array_equal(XRV.apply(picture), plain)


def test_the_first_element_that_says_something_decides() -> None:
    ratios = {keyword: [str(i + 2), "1"] for i, keyword in enumerate(KEYWORDS)}
    while ratios:
        first = next(iter(ratios))
        picture = decode(Dicom(bits=12, display=ratios).file(disc(8, 8)))
        assert picture.aspect == float(ratios[first][0])
        del ratios[first]


@pytest.mark.parametrize("keyword", KEYWORDS[:3])
def test_a_ratio_of_one_beside_unequal_lengths_means_nothing(keyword: str) -> None:
    display = {keyword: ["0.1", "0.2"], "PixelAspectRatio": ["1", "1"]}
    picture = decode(Dicom(bits=12, display=display).file(disc(8, 8)))
    assert (picture.aspect, picture.notes) == (0.5, ("pixel-aspect-ratio",))


@pytest.mark.parametrize("text", ["", "2", "0\\0", "2\\0", "0\\1", "-2\\1", "2\\1\\1", "1\\500"])
def test_an_element_without_two_lengths_says_nothing(text: str) -> None:
    content = Dicom(bits=12, display={"ImagerPixelSpacing": "7\\7.77777"}).file(disc(8, 8))
    odd = content.replace(b"7\\7.77777 ", text.encode().ljust(10))
    assert odd != content
    assert (decode(odd).aspect, decode(odd).notes) == (1.0, ())


@pytest.mark.parametrize(
    ("name", "noted"),
    [("even", False), ("rounded", False), ("none", False), ("absurd", False), ("uneven", True)],
)
@pytest.mark.parametrize("kind", ["png/gray-8-density", "jpeg/gray-density"])
def test_uneven_densities_are_a_note_and_no_shape(kind: str, name: str, noted: bool) -> None:
    picture = decode(corpus()[f"{kind}-{name}"])
    assert picture.aspect == 1
    assert picture.notes == (("pixel-density",) if noted else ())
    if noted:
        with pytest.raises(ImageError, match=r"the release forbids .*pixel-density"):
            Preprocess(size=16, forbid=("pixel-density",)).apply(picture)


def test_stretching_needs_no_aspect() -> None:
    stretched = Preprocess(size=32, fit="stretch")
    wide = Dicom(bits=12, display={"PixelAspectRatio": ["1", "2"]}).file(disc(40, 20))
    plain = Dicom(bits=12).file(disc(40, 20))
    np.testing.assert_array_equal(stretched.apply(decode(wide)), stretched.apply(decode(plain)))


def test_the_short_side_is_the_one_that_is_shorter_in_square_pixels() -> None:
    assert scaled_size(100, 60, 30, 1.0) == (50, 30)
    assert scaled_size(100, 60, 30, 0.5) == (30, 36)
    assert scaled_size(100, 60, 30, 0.6) == (30, 30)
    assert scaled_size(100, 60, 30, 1.2) == (60, 30)


def test_data_sets_of_gray_levels_refuse_oblong_pixels(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("set") / "wide.dcm"
    path.write_bytes(corpus()["dicom/pixels-twice-as-wide"])
    with pytest.raises(ImageError, match="pixels are not square"):
        read_grey(path)


@pytest.mark.parametrize("note", DICOM_NOTES)
def test_a_definition_may_forbid_what_a_file_needs(note: Note) -> None:
    strict = Preprocess(size=16, forbid=(note,))
    noted = decode(corpus()["dicom/noted-thrice"])
    assert noted.notes == DICOM_NOTES
    with pytest.raises(ImageError, match=rf"the release forbids what this image needs \({note}"):
        strict.apply(noted)
    strict.apply(decode(corpus()["dicom/explicit-u12"]))


def test_a_definition_that_forbids_nothing_keeps_its_digest() -> None:
    assert b"forbid" not in CHESTXNET.document()
    some = CHESTXNET.model_copy(update={"forbid": ("lut-descriptor",)})
    assert b'"forbid":["lut-descriptor"]' in some.document()
    assert Preprocess.model_validate_json(some.document()) == some


def test_the_order_in_which_notes_are_forbidden_means_nothing() -> None:
    one = Preprocess(size=8, forbid=("pixel-aspect-ratio", "lut-descriptor", "lut-descriptor"))
    assert one.forbid == ("lut-descriptor", "pixel-aspect-ratio")
