"""Probes are deterministic, named, and different enough to tell a broken conversion apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.images.corpus import corpus
from xport.errors import InputError, IntegrityError
from xport.formats.artifact import Signature, TensorSpec
from xport.inputs.images import ImageFile, images_in, photographs
from xport.inputs.probes import (
    ProbeFolder,
    contrast,
    distinct_channel_inputs,
    explained_probes,
    image_inputs,
    synthetic_inputs,
)
from xport.release_file.file import read_release

ENTRY = read_release(ROOT / "reference/defaults/release.toml").models["classifier"]
SIGNATURE, SPEC = ENTRY.signature, ENTRY.preprocess


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (
        [p.planned().digests for p in synthetic_inputs(SIGNATURE, SPEC, seed=s, count=3)]
        for s in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_blank_images_have_no_contrast_and_classes_are_explained_in_turn() -> None:
    assert SPEC is not None
    probes = synthetic_inputs(SIGNATURE, SPEC, seed=2020, count=14)
    flat = {p.name for p in probes if contrast(p, SPEC) < 0.02}
    assert flat == {"synthetic-009-near-black", "synthetic-013-near-white"}
    one_hot = TensorSpec(name="one_hot", shape=(1, 3))
    signature = Signature(inputs=(*SIGNATURE.inputs, one_hot), outputs=SIGNATURE.outputs)
    explained = explained_probes(probes, signature, ("A", "B", "C"), 4)
    names = ["synthetic-000-chest, A", "synthetic-003-checkerboard, B", "synthetic-007-limb, C"]
    assert [p.name for p in explained][:3] == names
    assert [p.inputs["one_hot"].argmax() for p in explained] == [0, 1, 2, 0]
    assert all(p.inputs["one_hot"].sum() == 1 for p in explained)


def test_no_two_probes_of_the_default_release_are_alike() -> None:
    probes = [
        *synthetic_inputs(SIGNATURE, SPEC, seed=2020, count=14),
        *distinct_channel_inputs(SIGNATURE, SPEC, seed=2020, count=2),
        *image_inputs(SIGNATURE, SPEC, photographs(["camera", "moon"])),
    ]
    assert len({probe.planned().digests["image"] for probe in probes}) == len(probes)
    assert len({probe.name for probe in probes}) == len(probes)
    for probe in probes:
        image = probe.inputs["image"]
        assert image.shape == (1, 3, 224, 224)
        assert image.dtype == np.float32
        assert image.min() >= 0
        assert image.max() <= 1


def test_distinct_channel_probes_differ_between_channels() -> None:
    (probe,) = distinct_channel_inputs(SIGNATURE, SPEC, seed=1, count=1)
    image = probe.inputs["image"][0]
    assert not np.array_equal(image[0], image[1])
    assert not np.array_equal(image[1], image[2])
    assert not np.array_equal(image[0], image[0].T)


def test_images_of_a_folder_come_in_order_and_keep_their_names(tmp_path: Path) -> None:
    for name, level in (("b", 200), ("a", 30)):
        Image.new("L", (300, 260), level).save(tmp_path / f"{name}.png")
    (tmp_path / "notes.txt").write_text("not an image")
    probes = image_inputs(SIGNATURE, SPEC, images_in([tmp_path]))
    assert [probe.name for probe in probes] == ["image-a.png", "image-b.png"]
    assert probes[0].inputs["image"].max() == pytest.approx(30 / 255)


def test_images_need_preprocessing() -> None:
    with pytest.raises(InputError, match="without preprocessing"):
        image_inputs(SIGNATURE, None, photographs(["camera"]))


def test_an_image_that_cannot_be_decoded_is_named() -> None:
    broken = ImageFile("image-a.png", "scans/a.png", b"\x89PNG\r\n\x1a\n, and no more")
    with pytest.raises(InputError, match=r"scans/a\.png"):
        image_inputs(SIGNATURE, SPEC, [broken])


def test_an_image_that_needs_what_the_release_forbids_is_named() -> None:
    oblong = ImageFile("image-a.dcm", "scans/a.dcm", corpus()["dicom/pixels-twice-as-wide"])
    assert len(image_inputs(SIGNATURE, SPEC, [oblong])) == 1
    strict = SPEC.model_copy(update={"forbid": ("pixel-aspect-ratio",)})
    with pytest.raises(InputError, match=r"^scans/a\.dcm: the release forbids .*pixel-aspect"):
        image_inputs(SIGNATURE, strict, [oblong])


def test_a_probe_on_disk_is_checked_when_it_is_read(tmp_path: Path) -> None:
    folder = ProbeFolder(tmp_path)
    probes = distinct_channel_inputs(SIGNATURE, SPEC, seed=1, count=1)
    (planned,) = folder.save(probes)
    loaded = folder.load(planned, SIGNATURE)["image"]
    np.testing.assert_array_equal(loaded, probes[0].inputs["image"])
    path = folder.path(planned.digests["image"])
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(IntegrityError, match="missing or changed"):
        folder.load(planned, SIGNATURE)


def _ranged(shape: tuple[int, ...], values: tuple[int, int]) -> Signature:
    words = TensorSpec(name="words", shape=shape, dtype="int32", values=values)
    return Signature(inputs=(words,), outputs=(TensorSpec(name="y", shape=(1,)),))


@pytest.mark.parametrize("high", [1, 19, 79, 99_999], ids=str)
def test_integers_are_of_the_whole_declared_range(high: int) -> None:
    probes = synthetic_inputs(_ranged((1, 20), (-3, high)), None, seed=0, count=4)
    drawn = np.stack([probe.inputs["words"] for probe in probes])
    assert drawn.dtype == np.int32
    assert (drawn.min(), drawn.max()) == (-3, high)
    assert len(np.unique(drawn)) == min(high + 4, drawn.size)
    assert all(len(np.unique(probe.inputs["words"])) > 3 for probe in probes)


def test_one_integer_alone_is_in_its_range() -> None:
    (probe,) = synthetic_inputs(_ranged((1,), (5, 9)), None, seed=0, count=1)
    assert 5 <= int(probe.inputs["words"][0]) <= 9
