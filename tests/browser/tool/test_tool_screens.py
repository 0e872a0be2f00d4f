"""The tool looks as it was reviewed, in any font; `make goldens` takes new screenshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path

import pytest
import skimage
from playwright.sync_api import Browser

from tests.browser.tool.screens import FOLDER, SCREENS, Screen, Take, golden, opened_screen
from tests.browser.tool.tool_site import example_of, make_site

CAMERA = Path(skimage.__file__).parent / "data" / "camera.png"
MOST_BYTES = 150_000
DAMAGE = {
    "panel on the other side": (".workspace { direction: rtl }", "findings is at"),
    "panel lower": (".card.findings { margin-top: 200px }", "findings begins at"),
    "panel over another": (
        ".card.findings { position: relative; left: -430px }",
        "viewer is around findings",
    ),
    "panel collapsed": (".card.viewer { max-height: 60px; overflow: hidden }", "viewer is"),
    "panel hidden": (".card.export { visibility: hidden }", "export is not to be seen"),
    "panel transparent": (".card.export { opacity: 0 }", "export is not to be seen"),
    "panel of another colour": (".card.viewer { background: #c66 }", "viewer has another colour"),
    "picture hidden": (".stage-canvas { opacity: 0 }", "picture is not to be seen"),
    "picture painted over": (".stage-canvas { filter: brightness(0) }", "picture is drawn"),
    "picture upside down": (".stage-canvas { transform: scaleY(-1) }", "picture is drawn"),
    "notice missing": (".strip { display: none }", "notice is not to be seen"),
    "notice illegible": (".strip * { color: transparent !important }", "notice is not legible"),
    "notice below": (".strip { position: relative; top: 50px }", "notice is not at the top"),
}
Taken = Callable[[str, str], Screen]
FONTS = ["'DejaVu Serif', serif", "'DejaVu Sans Mono', monospace", "sans-serif"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle."""
    return make_site(tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="module")
def take(browser: Browser, site: Path) -> Iterator[Taken]:
    """The screen of a name under a style sheet; each is opened once, and kept for other tests."""
    opened: dict[str, Take] = {}
    with ExitStack() as windows:

        def taken(name: str, style: str) -> Screen:
            if name not in opened:
                window = opened_screen(browser, site, name, example_of(site), CAMERA)
                opened[name] = windows.enter_context(window)
            return opened[name](style)

        yield taken


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_as_it_was_reviewed(take: Taken, name: str, tmp_path: Path) -> None:
    found = take(name, "")
    found.image.save(tmp_path / f"{name}.png")
    said = found.differences(golden(name))
    assert not said, f"compare {FOLDER / name}.png with {tmp_path / name}.png: {'; '.join(said)}"


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("name", ["about", "consent-phone", "findings", "findings-phone"])
def test_another_font_is_no_difference(take: Taken, name: str, font: str) -> None:
    found = take(name, f"* {{ font-family: {font} !important }}")
    assert found.differences(golden(name)) == []


@pytest.mark.parametrize("how", DAMAGE)
def test_a_broken_screen_is_told(take: Taken, how: str) -> None:
    style, words = DAMAGE[how]
    said = take("findings", style).differences(golden("findings"))
    assert any(one.startswith(words) for one in said), said


def test_one_state_is_not_taken_for_another() -> None:
    for one, other in permutations(SCREENS, 2):
        assert golden(one).differences(golden(other)), (one, other)


def test_goldens_are_those_of_the_screens_and_small() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(SCREENS)
    assert max(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES
