"""The contact sheet in docs/ is what the code draws, pixel for pixel."""

from pathlib import Path

import numpy as np
from PIL import Image

from reference.phantoms.sheet import contact_sheet

SHEET = Path(__file__).resolve().parents[3] / "docs" / "phantoms.png"


def test_docs_show_the_phantoms_that_are_drawn():
    with Image.open(SHEET) as image:
        stored = np.asarray(image.convert("RGB"))
    drawn = np.asarray(contact_sheet().convert("RGB"))
    assert np.array_equal(stored, drawn), "run `make goldens` and look at docs/phantoms.png"


def test_the_sheet_is_small():
    assert SHEET.stat().st_size < 400_000
