"""The page makes of a picture exactly what reference.preprocess makes of it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest

from browser_harness.drive import wire
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from reference.preprocess import CHESTXNET, Preprocess
from reference.preprocess.picture import Picture
from tests.browser.engine.preprocess_cases import Case, cases, differing


@pytest.fixture(scope="module")
def every_case() -> list[Case]:
    """Thousands of cases."""
    return cases()


def test_equals_the_reference_to_the_bit(reused: BrowserSession, every_case: list[Case]) -> None:
    assert len(every_case) > 2000
    assert differing(reused, every_case) == []


def request_for(definition: dict[str, Any], published: ExitStack, session: BrowserSession) -> Any:
    """A request to prepare one black pixel."""
    about = {
        "offset": 0, "bits": 8, "width": 1, "height": 1, "channels": 1, "white": 255,
        "orientation": 1,
    }  # fmt: skip
    file = session.publish_bytes(b"\0", published)
    return {"samples": file, "cases": [about | {"definition": json.dumps(definition)}]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"schema_version": 2}, "schema_version is 2, this page knows version 1 only"),
        ({"gray": "green"}, 'gray is "green", not mean, luma, first'),
        ({"orientation": 1}, "orientation is 1, not exif, stored"),
        ({"size": 0}, "size is 0, not a whole number from 1 to 4096"),
        ({"size": 4097}, "size is 4097"),
        ({"size": 8.5}, "size is 8.5"),
        ({"size": "224"}, 'size is "224"'),
        ({"fit": None}, "fit is null, not crop, stretch"),
        ({"resampler": "nearest"}, 'resampler is "nearest"'),
        ({"channels": 5}, "channels is 5"),
        ({"low": 1e39}, "low is 1e[+]39, no float32 number"),
        ({"high": True}, "high is true"),
        ({"low": 1.0, "high": 1.0}, "low is 1, not below high, 1"),
        ({"forbid": ["speed"]}, "forbid is .*speed.*, not a list of lut-descriptor, presentation"),
        ({"corrections": ["speed"]}, "corrections is .*speed.*, no list of corrections in their"),
        ({"corrections": ["turn-90", "turn-180"]}, "corrections is .*, no list of corrections"),
        ({"forbid": "lut-descriptor"}, "forbid is .*, not a list of lut-descriptor, presentation"),
        ({"speed": 1}, "speed is not a field of this version"),
        ({"toString": 1}, "toString is not a field"),
    ],
)
def test_refuses_a_definition_and_names_the_field(
    reused: BrowserSession, changed: dict[str, Any], words: str
) -> None:
    definition = CHESTXNET.model_dump() | changed
    with pytest.raises(ValueError, match=next(iter(changed))):
        Preprocess.model_validate(definition)
    with ExitStack() as published, pytest.raises(PageRefused, match=words) as caught:
        reused.call("preprocess", request_for(definition, published, reused), wire.TensorText)
    assert caught.value.code == "file-refused"


@pytest.mark.parametrize("field", sorted(CHESTXNET.model_dump()))
def test_refuses_a_definition_that_lacks_a_field(reused: BrowserSession, field: str) -> None:
    definition = CHESTXNET.model_dump()
    del definition[field]
    with ExitStack() as published, pytest.raises(PageRefused, match=f"{field} is missing"):
        reused.call("preprocess", request_for(definition, published, reused), wire.TensorText)


@pytest.mark.parametrize(
    "changed",
    [{"white": 100}, {"white": 0}, {"white": 256}, {"orientation": 0}, {"orientation": 9}],
)
def test_refuses_a_picture_that_no_decoder_returns(
    reused: BrowserSession, changed: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"white": 255, "orientation": 1, "format": "png"} | changed
    picture = Picture(np.full((2, 2, 1), 200, np.uint8), **given)
    with pytest.raises(ValueError, match=r"white|orientation"):
        CHESTXNET.apply(picture)
    with pytest.raises(PageRefused, match="The image cannot be used") as caught:
        differing(reused, [Case("refused", picture, CHESTXNET)])
    assert caught.value.code == "input-refused"
