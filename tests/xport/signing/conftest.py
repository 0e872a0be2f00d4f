"""Keys that openssl makes, and a small bundle signed with one of them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from xport.workflow.signing import sign

P256 = ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def openssl(*arguments: object, text: str = "") -> str:
    """What openssl writes to standard output."""
    command = ["openssl", *map(str, arguments)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return done.stdout


@dataclass(frozen=True)
class KeyPair:
    """The files of a key."""

    private: Path
    public: Path


def make_pair(folder: Path, name: str) -> KeyPair:
    """A key on P-256."""
    pair = KeyPair(folder / f"{name}.key", folder / f"{name}.pub")
    openssl(*P256, "-out", pair.private)
    openssl("pkey", "-in", pair.private, "-pubout", "-out", pair.public)
    return pair


@pytest.fixture(scope="session")
def signed_bundle(
    plain_bundle: Path, owner: KeyPair, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same, signed by its owner; nobody changes it."""
    folder = tmp_path_factory.mktemp("signed") / "bundle"
    shutil.copytree(plain_bundle, folder)
    sign_small(folder, owner)
    return folder


@pytest.fixture
def unsigned(plain_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the bundle without signatures, to spoil."""
    return Path(shutil.copytree(plain_bundle, tmp_path / "unsigned"))


@pytest.fixture
def signed(signed_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the signed bundle, to spoil."""
    return Path(shutil.copytree(signed_bundle, tmp_path / "bundle"))


def sign_small(folder: Path, pair: KeyPair) -> None:
    """Sign a bundle of earlier rules, whose policy is weak."""
    sign(folder, pair.private, str, allow_weak=True, allow_unchecked=True)
