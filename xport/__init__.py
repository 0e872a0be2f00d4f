"""Take a PyTorch model to the browser and prove that it still says the same there.

From Python::

    converted = xport.convert(model, example_inputs=(image,), out="build/model")
    report = xport.verify(converted)
    report.raise_for_verdict()

One way through the house, of a model as of a release::

    checkpoint -> Artifact -[Stage]-> Artifact -> ... -> Artifact (TF.js)     convert
    Artifact x ProbeSet -> Runner -> Recording on disk                         record
    Recordings -> compare -> Comparison -> judge(Policy) -> Verdict            judge
    everything above -> Evidence -> report, bundle                             report, bundle

The public functions are those of ``xport.api``; they are verbs, and the folders nouns, so that no
function hides behind a module of its name. They are looked up when they are first asked for:
importing this package loads no framework, and torch, TensorFlow and the browser are imported by
the stage or runner that uses them, when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xport.common.version import __version__

if TYPE_CHECKING:
    from xport.api import (
        Converted,
        Debugged,
        Report,
        VerdictError,
        XportError,
        bundle,
        check,
        convert,
        debug,
        diff,
        init,
        judge,
        publish,
        release,
        report,
        verify,
    )

__all__ = [
    "Converted",
    "Debugged",
    "Report",
    "VerdictError",
    "XportError",
    "__version__",
    "bundle",
    "check",
    "convert",
    "debug",
    "diff",
    "init",
    "judge",
    "publish",
    "release",
    "report",
    "verify",
]


def __getattr__(name: str) -> Any:
    """A public function, kept from the first time on."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from xport.common import own_names

    own_names.keep()
    from xport import api

    found = globals()[name] = getattr(api, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
