"""The page's refusals as errors: which exception, and what the reader can do."""

from __future__ import annotations

from xport.errors import RunnerError

REMEDIES = {
    "webgl-missing": "install libegl1 libgles2 libgl1-mesa-dri, or choose the wasm backend",
    "float32-missing": "use a GPU and driver with float32 render targets, or the wasm backend",
    "backend-refused": "see the browser's own words; choose another backend",
    "threads-refused": "ask for at most as many threads as TF.js starts here",
    "context-lost": "open the runner again; a smaller model or more memory may help",
    "unreachable": "the page lacks a file: run `npm run build` in browser_harness/web",
    "file-refused": "the model's files are not those that were recorded; convert it again",
    "signature-refused": "this is not the model that was declared; convert it again",
    "output-refused": "the graph is not the model that was declared; convert it again",
}


class PageRefused(RunnerError):
    """The page says, in its typed reply, why it did not do what was asked.

    Attributes:
        code: the page's word for the reason, such as `webgl-missing`.
    """

    def __init__(self, code: str, what: str, *, remedy: str = "", details: str = "") -> None:
        super().__init__(what, where=code, remedy=remedy, details=details)
        self.code = code


def refusal(answer: object, words: str) -> RunnerError:
    """The error that stands for a page's answer other than success.

    Args:
        words: what the browser itself said.
    """
    if not isinstance(answer, dict) or answer.get("ok") is not False:
        return RunnerError(f"the page gave no typed answer: {answer!r:.200}", details=words)
    code, message = str(answer.get("code")), str(answer.get("message"))
    return PageRefused(code, message, remedy=REMEDIES.get(code, ""), details=words)
