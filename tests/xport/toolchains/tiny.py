"""Toolchains as small as can be: a program of the tests', and a lock of one package made here."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

from xport.common.document import Document
from xport.toolchains.installing import install
from xport.toolchains.toolchain import Toolchain
from xport.toolchains.worker import Worker

PROGRAM = Path(__file__).with_name("tiny_worker.py")
PYTHON = "{}.{}".format(*sys.version_info)
DISTRIBUTION = "xport-tiny-thing"


class Files(Document):
    """Reply with the files of arrays."""

    outputs: dict[str, str]


class Length(Document):
    """Reply to `allocate`."""

    length: int


class Place(Document):
    """Reply to `imports`."""

    path: tuple[str, ...]
    executable: str


def here(folder: Path) -> Toolchain:
    """One whose packages this environment has."""
    lock = folder / "here.lock"
    lock.write_text("")
    return Toolchain("here", "Here", PYTHON, ("pytest",), "run `make setup`", lock, PROGRAM)


def locked(folder: Path, *, content: str = "VALUE = 7\n", spoiled: bool = False) -> Toolchain:
    """One with a lock: a wheel that lies beside it, and its hash, or a wrong one."""
    folder.mkdir(exist_ok=True)
    wheel = folder / "xport_tiny_thing-1.0-py3-none-any.whl"
    info = "xport_tiny_thing-1.0.dist-info"
    files = {
        "xport_tiny_thing.py": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    sha256 = hashlib.sha256(b"another" if spoiled else wheel.read_bytes()).hexdigest()
    lock = folder / "tiny.lock"
    lock.write_text(
        f"--no-index\n--find-links {folder}\n{DISTRIBUTION}==1.0 --hash=sha256:{sha256}\n"
    )
    program = folder / "tiny_worker.py"
    text = PROGRAM.read_text().replace(
        "    return {}\n", "    import xport_tiny_thing\n\n    return {}\n", 1
    )
    program.write_text(text)
    return Toolchain("tiny", "Tiny", PYTHON, (DISTRIBUTION,), "nothing else", lock, program)


def install_in(folder: str) -> None:
    """Install one, for a process of its own."""
    print(install(locked(Path(folder)))[1], flush=True)


def work_in(folder: str, path: str) -> None:
    """Let a worker work for long, for a process of its own."""
    with Worker(here(Path(folder))) as worker:
        worker.ask("write_pid_and_work", Document, path=path)


def allocate_in(folder: str, mib: int) -> int:
    """Let a worker take memory, for a process of its own."""
    with Worker(here(Path(folder))) as worker:
        return worker.ask("allocate", Length, mib=mib).length
