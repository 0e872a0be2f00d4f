"""Numbers in few characters, the same way wherever a person reads them."""

from __future__ import annotations

import math


def short(value: float) -> str:
    """A number in few characters: `1.23e-5`, `0.012`, `0.25`, `12`, `NaN`, `infinite`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinite"
    if value != 0 and not 1e-2 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.2e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:.3g}"
