"""One browser for all models of a search: each on a fresh page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self

from xport.common.arrays import Array, Tensors
from xport.divergence.points import CannotCompute
from xport.divergence.tfjs_side import OtherShape
from xport.formats.artifact import Signature

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession
    from browser_harness.launch.settings import BrowserSettings

NAME = "debug"
REFUSED = re.compile(r"output (\w+): [^ ]+\[[^\]]*\] expected, \w+\[([\d, ]*)\] came out")
"""How the page says that an output has another shape than it should."""


class BrowserExecutor:
    """A context manager; called, it runs a TF.js model.

    The browser starts with the first one; only then its settings are asked for.
    """

    def __init__(self, settings: Callable[[], BrowserSettings]) -> None:
        self._settings = settings
        self._session: BrowserSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._session is not None:
            self._session.__exit__(*error)
            self._session = None

    def __call__(self, folder: Path, signature: Signature, inputs: Tensors) -> dict[str, Array]:
        """Run the model in a folder once; errors as in a browser session.

        Raises:
            OtherShape: an output has another shape than the signature says.
            CannotCompute: the engine refuses to compute it.
        """
        from browser_harness.drive.models import ModelSource
        from browser_harness.drive.refusals import PageRefused
        from browser_harness.drive.session import BrowserSession

        source = ModelSource(NAME, folder, signature)
        if self._session is None:
            session = BrowserSession([source], self._settings())
            session.__enter__()
            self._session = session
        else:
            self._session.reopen([source])
        try:
            return self._session.run(NAME, inputs).outputs
        except PageRefused as error:
            if error.code == "execution-failed":
                raise CannotCompute(str(error)) from error
            refused = REFUSED.search(str(error))
            if refused is None:
                raise
            name, found = refused.groups()
            shape = tuple(int(size) for size in found.split(",") if size.strip())
            raise OtherShape(name, shape) from error
