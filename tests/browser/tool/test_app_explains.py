"""What the host gives people to look at: gray levels at full depth, and explanations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from reference.decoding import decode
from tests.browser.tiny_model import Classifier
from tests.browser.tool.app_bundles import RULE, make_bundle
from tests.browser.tool.host_page import HostPage, host_page, make_host_site
from tests.browser.tool.tiny_explanation import Explanation, add_explanation
from tests.images.dicom_files import Dicom


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that explains."""
    bundle = make_bundle(tmp_path_factory.mktemp("explains") / "site", Classifier())
    return make_host_site(add_explanation(bundle))


@pytest.fixture(scope="module", params=["webgl", "cpu"])
def host(browser: Browser, site: Path, request: pytest.FixtureRequest) -> Iterator[HostPage]:
    """One visit on each backend for all tests here."""
    with host_page(browser, site) as page:
        page.running(request.param)
        yield page
        assert page.errors == []


def shown(host: HostPage, file: Path) -> tuple[np.ndarray, dict[str, Any]]:
    """The gray levels of a file, and what belongs to them."""
    script = """async (name) => {
      const { value, error } = await driven.show(name);
      if (error) throw new Error(error.message);
      return { ...value, levels: Array.from(value.levels), depth: value.levels.constructor.name };
    }"""
    found = host.page.evaluate(script, host.give(file))
    levels = np.asarray(found.pop("levels")).reshape(found["height"], found["width"])
    return levels, found


def explained(host: HostPage, file: Path, finding: int) -> Any:
    """The maps of a finding, or the error."""
    script = """async ([name, finding]) => {
      const { value, error } = await driven.explain(name, finding);
      const list = (map) => map && Array.from(map);
      return value ? { ...value, saliency: list(value.saliency), cam: list(value.cam) } : error;
    }"""
    return host.page.evaluate(script, [host.give(file), finding])


def test_an_explanation_is_of_the_finding_and_of_the_classifier_s_input(
    host: HostPage, picture: Path
) -> None:
    image = RULE.apply(np.asarray(Image.open(picture)))
    for finding in (0, 13):
        expected = Explanation().in_numpy(image, finding)
        found = explained(host, picture, finding)
        assert (found["finding"], found["size"], found["camSize"]) == (finding, 32, [2, 3])
        strongest = expected["saliency"][0].max(0).ravel()
        assert np.abs(np.asarray(found["saliency"]) - strongest).max() <= 1e-5
        assert np.abs(np.asarray(found["cam"]) - expected["cam"].ravel()).max() <= 1e-5


def test_an_explanation_of_the_same_file_is_kept(host: HostPage, picture: Path) -> None:
    script = """async (name) => {
      const [first, again] = [await driven.explain(name, 3), await driven.explain(name, 3)];
      return first.value === again.value;
    }"""
    assert host.page.evaluate(script, host.give(picture)) is True


def test_there_is_no_fifteenth_finding(host: HostPage, picture: Path) -> None:
    assert explained(host, picture, 14)["code"] == "input-refused"


def test_the_self_test_covers_the_explanation(host: HostPage) -> None:
    checks = host.page.evaluate("driven.session.running.selfTest.checks")
    found = {(one["output"], one["measure"]) for one in checks if one["model"] == "why"}
    assert found == {
        ("gradient", "cosine"),
        ("gradient", "relative-l2"),
        ("saliency", "max-abs"),
        ("cam", "max-abs"),
    }
    pictures = [one for one in checks if one["measure"] == "input-bytes"]
    assert sorted(one["model"] for one in pictures) == ["ae", "clf"]


STORED = (np.indices((60, 90)).prod(0) * 7 + np.indices((60, 90))[0]) % 4096
LINEAR = {"WindowCenter": "2000", "WindowWidth": "3000"}
RESCALED = {"RescaleSlope": "2", "RescaleIntercept": "-1000"}


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(
    "display",
    [LINEAR, {**LINEAR, "VOILUTFunction": "LINEAR_EXACT"}, {**LINEAR, **RESCALED}],
    ids=["linear", "exact", "rescaled"],
)
def test_a_dicom_window_shows_what_the_model_sees_and_hides_nothing(
    host: HostPage, tmp_path: Path, photometric: str, display: dict[str, str]
) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(Dicom(bits=12, photometric=photometric, display=display).file(STORED))
    levels, found = shown(host, file)
    assert (found["white"], found["depth"]) == (4095, "Uint16Array")
    assert len(np.unique(levels)) == len(np.unique(STORED))
    low, high = found["window"]
    seen = decode(file.read_bytes())
    windowed = np.clip((levels - low) / (high - low), 0, 1)
    assert np.abs(windowed - seen.samples.reshape(levels.shape) / seen.white).max() <= 1e-5


@pytest.mark.parametrize(
    "display", [{}, {**LINEAR, "VOILUTFunction": "SIGMOID"}], ids=["no window", "sigmoid"]
)
def test_without_a_linear_window_all_that_is_displayed_is_shown(
    host: HostPage, tmp_path: Path, display: dict[str, str]
) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(Dicom(bits=12, photometric="MONOCHROME1", display=display).file(STORED))
    levels, found = shown(host, file)
    seen = decode(file.read_bytes())
    assert found["window"] == [0, seen.white]
    assert (levels == seen.samples.reshape(levels.shape)).all()


def test_a_photograph_is_shown_upright_with_the_region_that_the_classifier_sees(
    host: HostPage, tmp_path: Path
) -> None:
    gray = (np.indices((40, 100)).sum(0) * 1.8).astype(np.uint8)
    file = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(gray).save(file, exif=exif)
    levels, found = shown(host, file)
    assert (levels == np.rot90(gray, -1)).all()
    assert found["region"] == {"x": 0, "y": 30, "width": 40, "height": 40}
    assert (found["white"], found["window"]) == (255, [0, 255])


def test_a_file_that_is_no_image_is_refused_with_a_code(host: HostPage, tmp_path: Path) -> None:
    file = tmp_path / "notes.png"
    file.write_text("no image")
    error = host.examine(file)["error"]
    assert (error["name"], error["code"]) == ("ImageError", "not-an-image")
    assert error["facts"]["file"] == "notes.png"
