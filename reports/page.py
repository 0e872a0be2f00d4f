"""What all pages have in common: templates, style and filters, and text that is never obeyed."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from reports import words
from xport.judgement.verdict import Status


@cache
def environment() -> jinja2.Environment:
    """Templates with the house's style, filters and words."""
    made = jinja2.Environment(
        finalize=_visible,
        loader=jinja2.PackageLoader("reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = files("reports").joinpath("templates/style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    made.globals |= {
        "style": Markup(style),
        "style_digest": digest,
        "Status": Status,
    }
    made.filters |= {
        "error": words.error,
        "cosine": words.cosine,
        "short": words.short,
        "percent": words.percent,
        "relative": words.relative,
        "times": words.times,
        "seconds": words.seconds,
        "mebibytes": words.mebibytes,
        "status_word": words.STATUS_WORDS.__getitem__,
        "status_mark": words.STATUS_MARKS.__getitem__,
    }
    return made


def _visible(value: object) -> object:
    """Every text that reaches the page, with control characters shown instead of obeyed."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return words.printable(value)
    return value
