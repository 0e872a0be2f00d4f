"""What tests of signing and of publishing share: two keys, and a bundle that nobody signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.formats.archives import unpacked
from tests.xport.signing.conftest import KeyPair, make_pair


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """The key of whoever made the bundle, and publishes it."""
    return make_pair(tmp_path_factory.mktemp("keys"), "owner")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """Somebody else's key."""
    return make_pair(tmp_path_factory.mktemp("keys"), "stranger")


@pytest.fixture(scope="session")
def plain_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle without signatures; nobody changes it."""
    return unpacked("bundle-3", tmp_path_factory.mktemp("plain"))
