"""The page decodes picture files to the samples that Python gives, and refuses the same files."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from browser_harness.drive.pictures import DecodedPicture, decode
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from browser_harness.serve.assets import page_files
from reference import decoding
from reference.errors import ImageError
from reference.preprocess import AUTOENCODER, CHESTXNET, XRV
from reference.preprocess.picture import NOTES, Note, Picture
from tests.images.broken import broken
from tests.images.corpus import corpus
from tests.images.dicom_files import EXPLICIT, JPEG_2000_LOSSLESS, Dicom, jpeg_2000
from tests.images.fuzz import damaged_files
from tests.images.png_files import Png

FUZZED = 400
GROWTH_MIB = 300
LONGEST_S = 5.0


@pytest.fixture(scope="module")
def page(reused: BrowserSession) -> BrowserSession:
    """A page of its own for these tests."""
    reused.reopen([])
    return reused


def in_page(page: BrowserSession, content: bytes) -> DecodedPicture | str:
    """What the page makes of a file, or the words of its refusal."""
    try:
        return decode(page, content)
    except PageRefused as error:
        if error.code != "input-refused":
            raise
        return error.what


def in_python(content: bytes) -> Picture | str:
    """What Python makes of a file, or the words of its refusal."""
    try:
        return decoding.decode(content)
    except ImageError as error:
        return f"{error.what}; {error.remedy}"


def difference(python: Picture | str, page: DecodedPicture | str) -> str | None:
    """How two results differ, in words; None if they are the same or both refuse."""
    if isinstance(python, str) or isinstance(page, str):
        if isinstance(python, str) and isinstance(page, str):
            return None
        return f"Python: {python}" if isinstance(python, str) else f"page: {page}"
    facts, samples = page.facts, page.samples
    ours = (python.white, python.orientation, python.format, python.aspect, python.notes)
    if ours != (facts.white, facts.orientation, facts.format, facts.aspect, facts.notes):
        return f"{ours}, {facts}"
    if samples is None or samples.shape != python.samples.shape:
        return f"{python.samples.shape}, {None if samples is None else samples.shape}"
    if samples.dtype != python.samples.dtype:
        return f"{python.samples.dtype}, {samples.dtype}"
    count = int(np.count_nonzero(samples != python.samples))
    return f"samples: {count} of {samples.size}" if count else None


def test_every_file_of_the_corpus_gives_the_samples_of_python(page: BrowserSession) -> None:
    found = {
        name: difference(in_python(content), in_page(page, content))
        for name, content in corpus().items()
    }
    assert len(found) > 400
    assert {name: words for name, words in found.items() if words} == {}


def test_every_broken_file_is_refused_for_the_same_reason(page: BrowserSession) -> None:
    wrong = {}
    for name, file in broken().items():
        python, here = in_python(file.content), in_page(page, file.content)
        if not isinstance(python, str) or not isinstance(here, str):
            wrong[name] = "is not refused"
        elif file.words.lower() not in here.lower() or reason(python) != reason(here):
            wrong[name] = f"{file.words} expected, {here}, {python}"
    assert wrong == {}


def reason(words: str) -> str:
    """A refusal without what stands in brackets: a codec's own words are its own."""
    return re.sub(r"\(.*\)", "()", words)


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", ["png", "jpeg", "dicom"])
def test_damaged_files_are_read_alike_or_refused_by_both(page: BrowserSession, kind: str) -> None:
    before = page.processes.held_mib()
    found, declared, slowest = {}, 0, 0.0
    for name, content in damaged_files(kind, FUZZED, seed=7):
        python = in_python(content)
        start = time.perf_counter()
        words = difference(python, in_page(page, content))
        slowest = max(slowest, time.perf_counter() - start)
        if words and is_declared(name, words):
            declared += 1
        elif words:
            found[name] = words
    assert found == {}
    assert declared <= FUZZED * 0.03
    assert slowest < LONGEST_S
    assert page.processes.held_mib() - before < GROWTH_MIB


def is_declared(name: str, words: str) -> bool:
    """Whether a difference between the languages on a damaged file is a known one.

    - Coefficients that no encoder writes overflow in a JPEG's inverse transform: x86's vector
      instructions have 16 bits there, C has 64 in Python's build and 32 in WebAssembly.
    - libjpeg-turbo takes a code that does not exist in a lossless JPEG for a zero, and the Python
      package around it does not pass the warning on; the page refuses.
    """
    if name.startswith(("jpeg/", "dicom/jpeg-baseline", "dicom/jpeg-extended")):
        return words.startswith("samples: ")
    return name.startswith("dicom/jpeg-lossless") and "a code that does not exist" in words


def test_prepares_the_inputs_that_python_prepares(page: BrowserSession) -> None:
    definitions = (CHESTXNET, XRV, AUTOENCODER)
    documents = [one.document().decode() for one in definitions]
    for name in (
        "png/rgb-16-adam7",
        "jpeg/ycc-420-orientation-6",
        "jpeg/cmyk",
        "dicom/rescale-window-s12-monochrome1",
        "dicom/jpeg-2000-lossless-u16",
        "dicom/pixels-twice-as-wide",
        "dicom/pixels-twice-as-high",
        "dicom/pixels-of-3-by-7",
        "dicom/voi-lut-12-bits-in-16",
    ):
        content = corpus()[name]
        found = decode(page, content, documents, samples=False)
        assert found.samples is None
        picture = decoding.decode(content)
        for definition, values in zip(definitions, found.inputs, strict=True):
            assert np.array_equal(values, definition.apply(picture)), name


@pytest.mark.parametrize("note", NOTES)
def test_refuses_what_a_definition_forbids_as_python_does(page: BrowserSession, note: Note) -> None:
    strict, lenient = XRV.model_copy(update={"forbid": (note,)}), XRV
    for name, content in corpus().items():
        picture = decoding.decode(content)
        if note not in picture.notes:
            continue
        with pytest.raises(ImageError, match=rf"the release forbids .*\({note}"):
            strict.apply(picture)
        with pytest.raises(PageRefused, match=rf"the release forbids .*\({note}\)") as caught:
            decode(page, content, [strict.document().decode()], samples=False)
        assert caught.value.code == "input-refused"
        found = decode(page, content, [lenient.document().decode()], samples=False)
        assert np.array_equal(found.inputs[0], lenient.apply(picture)), name


def test_what_is_not_needed_may_be_forbidden(page: BrowserSession) -> None:
    strict = XRV.model_copy(update={"forbid": tuple(NOTES)})
    content = corpus()["dicom/voi-lut-u12-monochrome2"]
    found = decode(page, content, [strict.document().decode()], samples=False)
    assert np.array_equal(found.inputs[0], XRV.apply(decoding.decode(content)))


def test_a_picture_that_takes_too_long_is_refused_and_the_next_one_is_read(
    page: BrowserSession,
) -> None:
    rng = np.random.default_rng(0)
    long = Png().file(rng.integers(0, 256, (1500, 1500, 1)))
    with pytest.raises(PageRefused, match=r"took longer than 0\.01 s"):
        decode(page, long, samples=False, limit_s=0.01)
    assert decode(page, long, samples=False).facts.width == 1500


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ("onmessage = () => { for (;;) {} };", "input-refused", "took longer than 2 s"),
        ("onmessage = () => { throw new Error('out of luck'); };", "internal", "out of luck"),
        ("throw new Error('no start');", "internal", "no start"),
    ],
    ids=["hangs", "dies", "does not start"],
)
def test_a_worker_that_fails_ends_in_time(
    settings: Callable[..., BrowserSettings], tmp_path: Path, script: str, code: str, words: str
) -> None:
    for name, path in page_files().items():
        shutil.copy(path, tmp_path / name)
    (tmp_path / "picture.worker.js").write_text(script)
    with BrowserSession([], settings(page_folder=tmp_path)) as session:
        for _ in range(2):  # the second file meets a new worker
            start = time.monotonic()
            with pytest.raises(PageRefused, match=words) as caught:
                decode(session, corpus()["png/gray-8"], limit_s=2)
            assert caught.value.code == code
            assert time.monotonic() - start < 10


@pytest.mark.parametrize("coded", [False, True], ids=["native", "jpeg-2000"])
def test_a_large_radiograph_is_read_and_its_memory_given_back(
    page: BrowserSession, coded: bool
) -> None:
    side = 4096 if not coded else 2048
    rows, columns = np.mgrid[:side, :side]
    stored = (rows * 7 + columns * 5) % 65536
    kind = Dicom(
        JPEG_2000_LOSSLESS if coded else EXPLICIT,
        16,
        display={"WindowCenter": "30000", "WindowWidth": "40000"},
        encode=(lambda values: jpeg_2000(values, 16, False)) if coded else None,
    )
    content = kind.file(stored)
    before = page.processes.held_mib()
    found = decode(page, content, [CHESTXNET.document().decode()], samples=False)
    assert np.array_equal(found.inputs[0], CHESTXNET.apply(decoding.decode(content)))
    deadline = time.monotonic() + 20
    while page.processes.held_mib() - before > GROWTH_MIB:
        assert time.monotonic() < deadline, "the worker's memory is still there"
        time.sleep(0.2)
