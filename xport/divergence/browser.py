"""One browser for all models of a search: each on a fresh page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from xport.common.arrays import Array, Tensors
from xport.formats.artifact import Signature

if TYPE_CHECKING:
    from browser_harness.drive.session import BrowserSession
    from browser_harness.launch.settings import BrowserSettings

NAME = "debug"


class BrowserExecutor:
    """A context manager; called, it runs a TF.js model. The browser starts with the first."""

    def __init__(self, settings: BrowserSettings) -> None:
        self.settings = settings
        self._session: BrowserSession | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._session is not None:
            self._session.__exit__(*error)
            self._session = None

    def __call__(self, folder: Path, signature: Signature, inputs: Tensors) -> dict[str, Array]:
        """Run the model in a folder once; errors as in a browser session."""
        from browser_harness.drive.models import ModelSource
        from browser_harness.drive.session import BrowserSession

        source = ModelSource(NAME, folder, signature)
        if self._session is None:
            session = BrowserSession([source], self.settings)
            session.__enter__()
            self._session = session
        else:
            self._session.reopen([source])
        return self._session.run(NAME, inputs).outputs
