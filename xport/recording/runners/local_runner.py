"""What runners in this process have in common: timing, memory and their environment."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from xport.common import system
from xport.common.arrays import Array, Tensors
from xport.common.tools import tool_versions
from xport.exchange.recording import Environment, platform_name


class LocalRunner(ABC):
    """Runs the artifact in `folder`; a subclass says how to open it and execute it."""

    title: str
    packages: tuple[str, ...]

    def __init__(self, leg: str, folder: Path) -> None:
        self.leg, self.folder = leg, folder
        self.load_seconds = 0.0

    @property
    def peak_mib(self) -> float:
        """Peak memory of this process and of those it has waited for, in MiB."""
        return system.peak_mib()

    def __enter__(self) -> Self:
        start = time.perf_counter()
        self._open()
        self.load_seconds = time.perf_counter() - start
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def environment(self) -> Environment:
        """The framework's version, and its threads where it says."""
        return Environment(
            runner=self.title,
            platform=platform_name(),
            tools=tool_versions(self.packages),
            threads=self._threads(),
        )

    def run(self, inputs: Tensors) -> tuple[dict[str, Array], float]:
        """Outputs by name, and the seconds of the call, copies to numpy included."""
        start = time.perf_counter()
        outputs = self._execute(inputs)
        return outputs, time.perf_counter() - start

    def _threads(self) -> int | None:
        return None

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _close(self) -> None: ...

    @abstractmethod
    def _execute(self, inputs: Tensors) -> dict[str, Array]: ...
