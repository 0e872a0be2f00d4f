"""A second browser, of another engine: Debian's WebKitGTK, on a display that nobody sees.

It is for tests that must hold on more than one JavaScript engine. Selenium speaks its protocol;
the pages are those that Chromium is given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from browser_harness.drive import wire
from browser_harness.drive.refusals import refusal
from browser_harness.serve.assets import page_files
from browser_harness.serve.server import LoopbackServer
from xport.errors import RunnerError, UnavailableError

if TYPE_CHECKING:
    from selenium.webdriver.webkitgtk.webdriver import WebDriver

T = TypeVar("T", bound=wire.Wire)

COMMANDS = ("WebKitWebDriver", "Xvfb")
INSTALL = "run as root: apt-get install --no-install-recommends webkit2gtk-driver xvfb"
STOP_S = 10.0

# What the page's method resolves to; the page itself never rejects, but it may lack the method.
SCRIPT = """
const [method, request, done] = arguments;
try {
  window.xport[method](request).then(done, (error) => done(String(error)));
} catch (error) {
  done(String(error));
}
"""

FUNCTION = """
const [args, done] = arguments;
(async () => {{ {body} }})().then(
  (value) => done({{ value: value ?? null }}), (error) => done(String(error)));
"""


@dataclass(frozen=True)
class WebKitFacts:
    """Name and version as the browser gives them."""

    name: str
    version: str


def missing_of_webkit() -> tuple[str, ...]:
    """The commands that WebKitGTK needs and this machine does not have."""
    return tuple(command for command in COMMANDS if shutil.which(command) is None)


class WebKitPage:
    """A context manager around the runner's page in WebKitGTK, with a fresh profile.

    Args:
        timeout_s: every call ends within this time.

    Raises:
        UnavailableError: WebKitGTK's driver, Xvfb or selenium is not installed, or does not start.
    """

    def __init__(self, timeout_s: float = 60.0) -> None:
        self._timeout_s = timeout_s
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        absent = missing_of_webkit()
        if absent:
            raise UnavailableError(f"{' and '.join(absent)} not found", "WebKitGTK", INSTALL)
        self._stack = ExitStack()
        try:
            resources = {f"/{name}": path for name, path in page_files().items()}
            self._server = self._stack.enter_context(LoopbackServer(resources))
            profile = tempfile.mkdtemp(prefix="xport-webkit-")
            self._stack.callback(shutil.rmtree, profile, ignore_errors=True)
            self._driver = self._launch(Path(profile), self._display())
            self._driver.get(f"{self._server.url}/runner.html")
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def facts(self) -> WebKitFacts:
        """The browser that runs; valid while open."""
        found = self._driver.capabilities
        return WebKitFacts(str(found["browserName"]), str(found["browserVersion"]))

    def call(self, method: str, request: dict[str, Any], kind: type[T]) -> T:
        """Call a method of the page's contract.

        Raises:
            RunnerError: the page refused, or did not answer in time.
        """
        from selenium.common.exceptions import WebDriverException

        try:
            answer = self._driver.execute_async_script(SCRIPT, method, request)
        except WebDriverException as error:
            raise RunnerError(
                f"the page's {method}() gave no answer: {error.msg}", "WebKitGTK"
            ) from error
        if isinstance(answer, dict) and answer.get("ok") is True:
            return wire.parse(kind, answer.get("result"))
        raise refusal(answer, "")

    def visit(self, url: str) -> None:
        """Go to another page than the runner's."""
        self._driver.get(url)

    def evaluate(self, body: str, *given: object) -> Any:
        """What an asynchronous function returns, as JSON; its body knows `given` as `args`.

        Raises:
            RunnerError: it threw, or did not answer in time.
        """
        from selenium.common.exceptions import WebDriverException

        try:
            answer = self._driver.execute_async_script(FUNCTION.format(body=body), list(given))
        except WebDriverException as error:
            raise RunnerError(f"the page gave no answer: {error.msg}", "WebKitGTK") from error
        if isinstance(answer, dict) and "value" in answer:
            return answer["value"]
        raise RunnerError(f"the page threw: {answer}", "WebKitGTK")

    def publish_bytes(self, data: bytes, published: ExitStack) -> dict[str, str | int]:
        """Serve bytes to the page until `published` closes: their url, sha256 and length."""
        return self._server.lend(data, published)

    def _display(self) -> str:
        """Start an X server in memory; its display's name."""
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._stack.callback(_end, server)
        number = server.stdout.readline().strip() if server.stdout else ""
        if not number:
            raise UnavailableError("Xvfb does not start", "WebKitGTK", INSTALL)
        return f":{number}"

    def _launch(self, profile: Path, display: str) -> WebDriver:
        try:
            from selenium.common.exceptions import WebDriverException
            from selenium.webdriver.webkitgtk.options import Options
            from selenium.webdriver.webkitgtk.service import Service
            from selenium.webdriver.webkitgtk.webdriver import WebDriver
        except ImportError as error:
            raise UnavailableError(
                "selenium is not installed", "WebKitGTK", "pip install 'xport-tfjs[webkit]'"
            ) from error
        variables = {
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "HOME": str(profile),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "XDG_CACHE_HOME": str(profile / "cache"),
            "XDG_CONFIG_HOME": str(profile / "config"),
            "XDG_DATA_HOME": str(profile / "data"),
            "XDG_RUNTIME_DIR": str(profile),
        }
        options = Options()
        options.add_argument("--automation")
        service = Service(shutil.which(COMMANDS[0]), env={**os.environ, **variables})
        try:
            with warnings.catch_warnings():
                # Selenium's driver for WebKitGTK calls what selenium itself has deprecated.
                warnings.simplefilter("ignore", DeprecationWarning)
                driver = WebDriver(options, service)
        except WebDriverException as error:
            raise UnavailableError(
                f"WebKitGTK does not start: {error.msg}", "WebKitGTK", INSTALL
            ) from error
        self._stack.callback(_quit, driver)
        driver.set_script_timeout(self._timeout_s)
        driver.set_page_load_timeout(self._timeout_s)
        return driver


def _quit(driver: WebDriver) -> None:
    with suppress(Exception):  # what does not close politely ends with its driver
        driver.quit()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
