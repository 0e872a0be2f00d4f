"""An asyncio event loop in a thread of its own, so that every wait has an end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
GRACE_S = 5.0


class PrivateLoop:
    """Runs coroutines for a caller that has no event loop, or one that must not be disturbed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float) -> T:
        """The result of `work`.

        Raises:
            TimeoutError: it took longer than `timeout_s` (even when the loop itself is stuck).
        """
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, timeout_s), self._loop)
        try:
            return future.result(timeout_s + GRACE_S)
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Cancel what is left and end the thread."""
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop)
        self._thread.join(GRACE_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _cancel_all() -> None:
    loop = asyncio.get_running_loop()
    tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=1) if tasks else None
    loop.stop()
