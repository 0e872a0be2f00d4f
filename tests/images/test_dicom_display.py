"""Stored values are shown as DICOM's standard says: by hand, and within half a level of pydicom."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from pydicom.pixels import apply_modality_lut, apply_voi, apply_windowing

from reference.decoding import decode
from reference.errors import ImageError
from tests.images import dicom_files as dcm
from tests.images.dicom_files import Dicom

FILES = dcm.dicom_files()
SHOWN = [
    f"{name}-{sign}{bits}"
    for sign in "us"
    for bits in (8, 10, 12, 16)
    for name in dcm.displays(bits, sign == "s")
]


def _shown_by_pydicom(data: pydicom.Dataset) -> npt.NDArray[np.float64]:
    """Return what pydicom shows, in [0, 1]."""
    values = data.pixel_array.astype(np.int64)
    low = -(2 ** (data.BitsStored - 1)) if data.PixelRepresentation else 0
    ends = np.array([low, low + 2**data.BitsStored - 1])
    if "RescaleSlope" in data:
        ends = ends * float(data.RescaleSlope) + float(data.RescaleIntercept)
    elif "ModalityLUTSequence" in data:
        ends = np.array([0, 65535 if "WindowCenter" in data else 4095])
    voi_bits = _widened(data, "VOILUTSequence")
    _widened(data, "ModalityLUTSequence")
    x = apply_modality_lut(values, data)
    if voi_bits is not None:
        return apply_voi(np.floor(x).astype(int), data) / (2**voi_bits - 1)
    if "WindowCenter" in data:
        x = apply_windowing(x, data)
    return (x - ends.min()) / (ends.max() - ends.min())


def _widened(data: pydicom.Dataset, keyword: str) -> int | None:
    """Return a LUT's bits; of what pydicom knows, it is given the same LUT as words of 16 bits."""
    if keyword not in data:
        return None
    item = data[keyword].value[0]
    bits = item.LUTDescriptor[2]
    if item["LUTData"].VR == "OW":
        item[0x00283006].VR = "US"
        item[0x00283006].value = list(item.LUTData[: item.LUTDescriptor[0]])
    item.LUTDescriptor = [*item.LUTDescriptor[:2], 16]
    return bits


@pytest.mark.parametrize("name", SHOWN)
def test_within_half_a_level_of_pydicom(name: str) -> None:
    content = FILES[f"dicom/{name}-monochrome2"]
    expected = _shown_by_pydicom(pydicom.dcmread(io.BytesIO(content)))
    picture = decode(content)
    np.testing.assert_allclose(
        picture.samples[..., 0] / picture.white * 65535, expected * 65535, atol=0.5 + 1e-6
    )
    assert picture.white == 65535 or "identity" in name


@pytest.mark.parametrize("name", SHOWN)
def test_monochrome1_is_the_inverse(name: str) -> None:
    plain = decode(FILES[f"dicom/{name}-monochrome2"])
    inverted = decode(FILES[f"dicom/{name}-monochrome1"])
    assert inverted.white == plain.white
    total = inverted.samples.astype(int) + plain.samples
    np.testing.assert_array_equal(total, plain.white)


def _samples(stored: list[int], display: Mapping[str, object], bits: int = 12) -> list[int]:
    picture = decode(Dicom(bits=bits, display=display).file(np.array([stored])))
    assert picture.white == 65535
    return [int(sample) for sample in picture.samples.ravel()]


def test_linear_window_by_hand() -> None:
    # PS3.3 C.11.2.1.2.1: for c = 2048, w = 4096: 0 shows black, 4095 white, so y = x / 4095.
    found = _samples([0, 1, 819, 4095], {"WindowCenter": "2048", "WindowWidth": "4096"})
    assert found == [0, 16, 13107, 65535]


def test_linear_exact_window_by_hand() -> None:
    window = {"WindowCenter": "2048", "WindowWidth": "4096", "VOILUTFunction": "LINEAR_EXACT"}
    assert _samples([0, 2048, 3072, 4095], window) == [0, 32768, 49151, 65519]


def test_sigmoid_by_hand() -> None:
    window = {"WindowCenter": "2000", "WindowWidth": "400", "VOILUTFunction": "SIGMOID"}
    # 1 / (1 + exp(-4 * 100 / 400)) = 0.7310586 of white.
    assert _samples([0, 1900, 2000, 2100], window) == [0, 17625, 32768, 47910]


def test_window_of_width_one_is_a_threshold() -> None:
    found = _samples([99, 100, 101], {"WindowCenter": "100.5", "WindowWidth": "1"})
    assert found == [0, 0, 65535]


def test_rescaled_values_without_a_window_fill_the_range() -> None:
    rescale = {"RescaleSlope": "2", "RescaleIntercept": "-1000"}
    assert _samples([0, 1, 4095], rescale) == [0, 16, 65535]
    falling = {"RescaleSlope": "-2", "RescaleIntercept": "10"}
    assert _samples([0, 1, 4095], falling) == [65535, 65519, 0]


def test_lut_entries_are_looked_up_and_its_ends_go_on() -> None:
    table = dcm.lut([0, 51, 255, 102], 100, 8)
    found = _samples([0, 100, 101, 102, 103, 4000], {"VOILUTSequence": table})
    assert found == [0, 0, 13107, 65535, 26214, 26214]


def test_lut_is_looked_up_below_a_fraction() -> None:
    display = {
        "RescaleSlope": "0.5",
        "RescaleIntercept": "-10",
        "VOILUTSequence": dcm.lut([0, 51, 255], -1, 8),
    }
    # x = -10, -1, -0.5, 0, 0.5, 1: entries first, 0, 0, 1, 1, 2.
    assert _samples([0, 18, 19, 20, 21, 22], display) == [0, 0, 0, 13107, 13107, 65535]


@pytest.mark.parametrize("bits", [8, 10, 11, 13, 14, 16])
def test_a_lut_whose_entries_do_not_fit_its_bits_goes_from_black_to_white(bits: int) -> None:
    stored = np.arange(4096).reshape(64, 64)
    table = list(range(4096))
    fits = Dicom(bits=12, display={"VOILUTSequence": dcm.lut(table, 0, 12)}).file(stored)
    other = Dicom(bits=12, display={"VOILUTSequence": dcm.lut(table, 0, bits)}).file(stored)
    assert decode(fits).notes == ()
    assert decode(other).notes == ("lut-descriptor",)
    np.testing.assert_array_equal(decode(other).samples, decode(fits).samples)


@pytest.mark.parametrize("most", [2048, 3000, 4095])
def test_a_lut_that_reaches_the_upper_half_of_its_range_is_left_alone(most: int) -> None:
    table = dcm.lut([0, most], 0, 12)
    picture = decode(Dicom(bits=12, display={"VOILUTSequence": table}).file(np.array([[0, 1]])))
    assert picture.notes == ()
    assert picture.samples.max() == int(most / 4095 * 65535 + 0.5)


@pytest.mark.parametrize(("most", "bits"), [(2047, 12), (32767, 16), (256, 8), (127, 8)])
def test_a_lut_s_greatest_entry_is_white_where_its_bits_are_wrong(most: int, bits: int) -> None:
    table = dcm.lut([0, most, most // 2], 0, bits)
    half = int(most // 2 / most * 65535 + 0.5)
    assert _samples([0, 1, 2], {"VOILUTSequence": table}) == [0, 65535, half]


def test_a_lut_of_zeros_is_refused() -> None:
    with pytest.raises(ImageError, match="would look the same"):
        _samples([0, 1], {"VOILUTSequence": dcm.lut([0, 0], 0, 12)})


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("count", [255, 256, 4095])
def test_entries_in_bytes_are_read_whatever_the_descriptor_says(count: int, bits: int) -> None:
    table = [i * 255 // (count - 1) for i in range(count)]
    packed = dcm.lut(table, 0, bits, packed=True)
    words = dcm.lut(table, 0, 8)
    stored = list(range(0, 4096, 15))
    found = _samples(stored, {"VOILUTSequence": packed})
    assert found == _samples(stored, {"VOILUTSequence": words})


@pytest.mark.parametrize("window", [False, True])
def test_a_modality_lut_keeps_entries_above_its_bits(window: bool) -> None:
    shown = {"WindowCenter": "2000", "WindowWidth": "1000"} if window else {}
    table = [min(4095, 2 * i) for i in range(4096)]
    pictures = [
        decode(
            Dicom(bits=12, display=shown | {"ModalityLUTSequence": dcm.lut(table, 0, bits)}).file(
                dcm.levels(12, False)
            )
        )
        for bits in (8, 12, 16)
    ]
    assert [picture.notes for picture in pictures] == [("lut-descriptor",), (), ()]
    for picture in pictures:
        np.testing.assert_array_equal(picture.samples, pictures[1].samples)


def test_the_first_value_of_a_lut_is_negative_if_stored_values_can_be() -> None:
    pictures = []
    for tag_of_first in ("SS", "US"):
        table = dcm.lut([0, 100, 200, 255], -2, 8)
        table[0].add_new(0x00283002, tag_of_first, [4, -2 if tag_of_first == "SS" else 65534, 8])
        kind = Dicom(bits=12, signed=True, display={"VOILUTSequence": table})
        pictures.append(decode(kind.file(np.array([[-3, -2, -1, 0, 1, 2]]))))
    assert [picture.notes for picture in pictures] == [(), ("lut-descriptor",)]
    np.testing.assert_array_equal(pictures[0].samples, pictures[1].samples)
    assert pictures[0].samples.ravel().tolist() == [0, 0, 25700, 51400, 65535, 65535]


@pytest.mark.parametrize(
    ("photometric", "shape", "black", "notes"),
    [
        ("MONOCHROME2", None, 0, ()),
        ("MONOCHROME2", "IDENTITY", 0, ()),
        ("MONOCHROME1", None, 4095, ()),
        ("MONOCHROME1", "INVERSE", 4095, ()),
        ("MONOCHROME2", "INVERSE", 4095, ("presentation-lut-shape",)),
        ("MONOCHROME1", "IDENTITY", 0, ("presentation-lut-shape",)),
    ],
)
@pytest.mark.parametrize("window", [False, True])
def test_the_presentation_lut_shape_decides_what_is_black(
    photometric: str, shape: str | None, black: int, notes: tuple[str, ...], window: bool
) -> None:
    display: dict[str, object] = {"PresentationLUTShape": shape} if shape else {}
    if window:
        display |= {"WindowCenter": "2048", "WindowWidth": "4096"}
    kind = Dicom(bits=12, photometric=photometric, display=display)
    picture = decode(kind.file(np.array([[0, 4095]])))
    assert picture.notes == notes
    assert picture.samples.ravel().tolist() == [
        0 if value == black else picture.white for value in (0, 4095)
    ]


def test_lut_of_65536_entries_says_so_by_zero() -> None:
    table = dcm.lut([0], 0, 16)
    table[0][0x00283006].VR = "OW"
    table[0][0x00283006].value = np.arange(65536, dtype="<u2")[::-1].tobytes()
    table[0][0x00283002].value = [0, 0, 16]
    found = _samples([0, 1, 65535], {"VOILUTSequence": table}, bits=16)
    assert found == [65535, 65534, 0]


def test_a_lut_that_no_value_could_reach_begins_below_zero() -> None:
    picture = decode(FILES["dicom/voi-lut-negative-as-us-unsigned"])
    expected = np.clip(dcm.levels(12, False) + 2048, 0, 4095) / 4095
    np.testing.assert_allclose(picture.samples[..., 0] / 65535, expected, atol=1e-5)
    assert picture.notes == ("lut-descriptor",)


def test_signs_of_a_lut_in_implicit_files_follow_from_the_values() -> None:
    stored = dcm.levels(12, False)
    x = stored - 1024
    expected = np.clip(x + 30, 0, 49) * 5 / 255
    picture = decode(FILES["dicom/implicit-voi-lut-negative"])
    np.testing.assert_allclose(picture.samples[..., 0] / 65535, expected, atol=1e-5)


@pytest.mark.parametrize(
    "kind", ["implicit", "undefined-length", "undefined-length-item", "big-endian"]
)
def test_lut_is_read_however_its_sequence_is_written(kind: str) -> None:
    expected = np.clip(dcm.levels(12, False) - 40, 0, 49) * 5 / 255
    picture = decode(FILES[f"dicom/{kind}-voi-lut"])
    np.testing.assert_allclose(picture.samples[..., 0] / 65535, expected, atol=1e-5)


def test_the_lut_wins_over_the_window() -> None:
    both = decode(FILES["dicom/voi-lut-and-window-u12-monochrome2"])
    alone = decode(FILES["dicom/voi-lut-u12-monochrome2"])
    np.testing.assert_array_equal(both.samples, alone.samples)


def test_the_first_of_several_windows_counts() -> None:
    several = decode(FILES["dicom/windows-s16-monochrome2"])
    alone = decode(FILES["dicom/window-s16-monochrome2"])
    np.testing.assert_array_equal(several.samples, alone.samples)
