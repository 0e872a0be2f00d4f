"""The tool looks as it was reviewed; `make goldens` takes new screenshots."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
import skimage
from PIL import Image
from playwright.sync_api import Browser

from tests.browser.tool.screens import ALIKE, FOLDER, SCREENS, likeness, shot
from tests.browser.tool.tool_site import example_of, make_site

CAMERA = Path(skimage.__file__).parent / "data" / "camera.png"
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


def golden(name: str) -> Image.Image:
    """The reviewed screenshot."""
    path = FOLDER / f"{name}.png"
    assert path.is_file(), "run `make goldens`, and review the picture"
    return Image.open(path).convert("RGB")


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_as_it_was_reviewed(
    browser: Browser, site: Path, name: str, tmp_path: Path
) -> None:
    found = shot(browser, site, name, example_of(site), CAMERA)
    found.save(tmp_path / f"{name}.png")
    alike = likeness(found, golden(name))
    assert alike >= ALIKE, f"{alike:.3f}: compare {FOLDER / name}.png with {tmp_path / name}.png"


def test_one_state_is_not_taken_for_another() -> None:
    screens = {name: golden(name) for name in SCREENS}
    for one, other in combinations(screens, 2):
        assert likeness(screens[one], screens[other]) < ALIKE, (one, other)


def test_goldens_are_those_of_the_screens_and_small() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SCREENS)
    assert max(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES
