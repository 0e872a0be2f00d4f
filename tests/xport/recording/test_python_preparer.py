"""Python's pipelines keep what the decoder had to say, and do not guess at oblong pixels."""

from __future__ import annotations

import numpy as np
import pytest

from reference.decoding import decode
from reference.preprocess import XRV
from tests.images.corpus import corpus
from xport.errors import RunnerError
from xport.exchange.prepared import DEFINITION
from xport.exchange.preparer import Made, Unsupported
from xport.recording.python_preparer import PythonPreparer


def test_the_definition_s_input_comes_with_the_decoder_s_notes() -> None:
    content = corpus()["dicom/noted-thrice"]
    made = PythonPreparer(["pillow"]).prepare(DEFINITION, content, XRV)
    assert isinstance(made, Made)
    assert made.notes == ("lut-descriptor", "presentation-lut-shape", "pixel-aspect-ratio")
    np.testing.assert_array_equal(made.input, XRV.apply(decode(content)))


def test_other_pipelines_do_not_read_oblong_pixels_and_have_no_notes() -> None:
    preparer = PythonPreparer(["pillow"])
    wide = preparer.prepare("pillow", corpus()["dicom/pixels-twice-as-wide"], XRV)
    assert wide == Unsupported("the image's pixels are not square, which it does not know")
    other = preparer.prepare("pillow", corpus()["dicom/voi-lut-12-bits-in-16"], XRV)
    assert isinstance(other, Made)
    assert other.notes == ()


def test_a_forbidden_note_fails_the_image_in_words() -> None:
    strict = XRV.model_copy(update={"forbid": ("lut-descriptor",)})
    with pytest.raises(RunnerError, match="the release forbids what this image needs"):
        PythonPreparer([]).prepare(DEFINITION, corpus()["dicom/voi-lut-12-bits-in-8"], strict)
