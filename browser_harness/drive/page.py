"""One browser with one page: launched, called, watched for its death, and certainly ended."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from browser_harness.launch.browsers import (
    ALLOW_SANDBOX,
    INSTALL,
    NOT_BY_DEFAULT,
    Launch,
    find_browser,
)
from browser_harness.launch.processes import BrowserProcesses, MemoryWatch, drivers
from xport.errors import RunnerCrashed, RunnerError, UnavailableError

CLOSE_S = 5.0
DEATHS = (
    "Target crashed",
    "has been closed",
    "Target closed",
    "Browser closed",
    "Page crashed",
)


@dataclass(frozen=True)
class BrowserFacts:
    """Name, version and executable of the browser that runs."""

    name: str
    version: str
    executable: str


class BrowserPage:
    """A headless browser with a fresh profile, on one page."""

    def __init__(self, browser: str | None, launch: Launch) -> None:
        self._browser, self._launch = browser, launch
        self._playwright: Playwright | None = None
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._earlier_drivers = drivers()
        self._driver: psutil.Process | None = None
        self._words: deque[str] = deque(maxlen=40)
        self._profile = Path(tempfile.mkdtemp(prefix="xport-browser-"))
        self.processes = BrowserProcesses(self._profile)
        self.memory = MemoryWatch(self.processes.memory_mib)

    async def start(self) -> BrowserFacts:
        """Launch the browser.

        Raises:
            UnavailableError: there is no browser, or it does not start.
        """
        self._death: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        try:
            self._playwright = await async_playwright().start()
        except Exception as error:  # a bare one where the driver ends
            raise UnavailableError(f"Playwright's driver does not start: {error}") from error
        self._driver = next(iter(drivers() - self._earlier_drivers), None)
        chromium = self._playwright.chromium
        executable = find_browser(self._browser, Path(chromium.executable_path))
        try:
            self._context = await chromium.launch_persistent_context(
                self._profile,
                executable_path=executable,
                headless=True,
                args=list(self._launch.flags),
                env={**os.environ, **self._launch.variables},
                ignore_default_args=[NOT_BY_DEFAULT],
                chromium_sandbox=True,  # the plan has --no-sandbox where it must
                timeout=0,  # the caller bounds every wait
            )
        except PlaywrightError as error:
            raise _launch_error(error, executable) from error
        self._watch(self._context)
        self.memory.start()
        browser = self._context.browser
        return BrowserFacts("chromium", browser.version if browser else "?", str(executable))

    def _watch(self, context: BrowserContext) -> None:
        page = context.pages[0]
        page.on(
            "console",
            lambda message: self._words.append(f"{message.type}: {message.text}"),
        )
        page.on("pageerror", lambda error: self._words.append(f"page error: {error}"))
        page.on("crash", lambda _: self._die("the page crashed"))
        page.on("close", lambda _: self._die("the page was closed"))
        context.on("close", lambda _: self._die("the browser ended"))
        self._page = page

    def _die(self, how: str) -> None:
        if not self._death.done():
            self._death.set_result(how)

    async def tell_processors(self, count: int) -> None:
        """Let the page believe that the machine has `count` logical processors."""
        page = self._require_page()
        devtools = await page.context.new_cdp_session(page)
        request = {"hardwareConcurrency": count}
        await devtools.send("Emulation.setHardwareConcurrencyOverride", request)

    async def goto(self, url: str) -> None:
        """Open `url` and wait until its scripts have run.

        Raises:
            RunnerCrashed: the page or browser died.
            RunnerError: the page cannot be opened.
        """
        page = self._require_page()
        await self._living(page.goto(url, wait_until="load", timeout=0))

    async def call(self, method: str, request: object = None) -> object:
        """What `window.xport[method](request)` resolves to.

        Raises:
            RunnerCrashed: the page or browser died.
            RunnerError: the page has no such method, or it threw.
        """
        script = f"(request) => window.xport.{method}(request)"
        return await self._living(self._require_page().evaluate(script, request))

    async def evaluate(self, script: str) -> object:
        """The value of a JavaScript expression on the page, for tests and diagnosis."""
        return await self._living(self._require_page().evaluate(script))

    @property
    def page(self) -> Page:
        """Playwright's page."""
        return self._require_page()

    async def _living(self, work: Any) -> object:
        """Awaits `work` unless the page dies first."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task, self._death}, return_when=asyncio.FIRST_COMPLETED)
            if self._death.done():
                raise RunnerCrashed(
                    self._death.result(), remedy="open it again", details=self.words()
                )
            return await task
        except PlaywrightError as error:
            kind = RunnerCrashed if any(word in str(error) for word in DEATHS) else RunnerError
            raise kind(_first_lines(error), details=self.words()) from error
        finally:
            if not task.done():
                task.cancel()
            with suppress(asyncio.CancelledError, PlaywrightError):
                await task

    def _require_page(self) -> Page:
        if self._page is None:
            raise RunnerError("no page is open", remedy="open the runner first")
        return self._page

    def words(self) -> str:
        """The last things the browser itself said, for an error's details."""
        if not self._words:
            return ""
        return "\n".join(["the browser's own words:", *list(self._words)[-8:]])[:2000]

    async def stop(self) -> None:
        """Close the browser politely."""
        if self._context is not None:
            with suppress(PlaywrightError, asyncio.TimeoutError):
                await asyncio.wait_for(self._context.close(), CLOSE_S)
        if self._playwright is not None:
            with suppress(PlaywrightError, asyncio.TimeoutError):
                await asyncio.wait_for(self._playwright.stop(), CLOSE_S)

    def end(self) -> None:
        """Make sure that no process and no profile is left."""
        self.memory.stop()
        # A start that was interrupted has a driver that we do not know yet.
        ours = {self._driver} if self._driver else drivers() - self._earlier_drivers
        for driver in ours:
            with suppress(psutil.NoSuchProcess):
                driver.kill()
        self.processes.kill()
        shutil.rmtree(self._profile, ignore_errors=True)


def _launch_error(error: PlaywrightError, executable: Path) -> UnavailableError:
    """Say that the browser did not start, with what it wrote on its standard error."""
    lines = [line.partition("[err]")[2].strip() for line in error.message.splitlines()]
    said = [line for line in lines if line]
    sandbox = any("sandbox" in line.lower() for line in said)
    return UnavailableError(
        f"the browser did not start: {_first_lines(error)}",
        where=str(executable),
        remedy=ALLOW_SANDBOX if sandbox else INSTALL,
        details="\n".join(["the browser's own words:", *said[:8]]) if said else "",
    )


def _first_lines(error: PlaywrightError) -> str:
    """What Playwright says, without its call log."""
    lines = [line.strip() for line in error.message.split("Call log:")[0].splitlines()]
    return " ".join(line for line in lines if line and not line.startswith(("╔", "║", "╚")))[:800]
