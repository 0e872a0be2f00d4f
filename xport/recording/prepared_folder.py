"""Prepared inputs on disk, and what models said about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xport.exchange.prepared import Preparations
from xport.inputs.probes import ProbeFolder
from xport.recording.recorder import RecordingFolder


@dataclass(frozen=True)
class PreparedFolder:
    """Where the preprocessing leg leaves what it made: inputs by digest, and what models said."""

    root: Path

    @property
    def probes(self) -> ProbeFolder:
        """The inputs, each a probe named by its digest."""
        return ProbeFolder(self.root / "inputs")

    @property
    def recordings(self) -> RecordingFolder:
        """What PyTorch and the browser said about them; a probe's name is its input's digest."""
        return RecordingFolder(self.root / "recordings")

    @property
    def path(self) -> Path:
        """The document that says which input is whose."""
        return self.root / "preparations.json"

    def load(self) -> Preparations | None:
        """What was prepared, or None.

        Raises:
            InputError: the document cannot be read.
        """
        return Preparations.read(self.path) if self.path.is_file() else None
