"""`xport migrate` on files as people have them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Xport

OLD = "# mine\nschema_version = 1\n[policy]\nbars = [] # none\n"
NEW = "# mine\nschema_version = 2\n[policy]\nacceptance_criteria = [] # none\n"


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_files_are_migrated_in_place(xport: Xport, tmp_path: Path) -> None:
    one, other = file(tmp_path, "one.toml", OLD), file(tmp_path, "other.toml", NEW)
    one.chmod(0o600)
    done = xport("migrate", one, other)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"{one}: migrated from version 1\n"
        "  schema_version = 2\n"
        "  policy.bars -> acceptance_criteria\n"
        f"{other}: version 2 already, nothing to change\n"
    )
    assert one.read_text() == other.read_text() == NEW
    assert one.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.iterdir()) == [one, other]


def test_a_link_stays_one(xport: Xport, tmp_path: Path) -> None:
    one = file(tmp_path, "one.toml", OLD)
    link = tmp_path / "link.toml"
    link.symlink_to(one)
    assert xport("migrate", link).returncode == 0
    assert link.is_symlink()
    assert one.read_text() == NEW


def test_out_leaves_the_file_as_it_is(xport: Xport, tmp_path: Path) -> None:
    one, out = file(tmp_path, "one.toml", OLD), tmp_path / "out.toml"
    done = xport("migrate", one, "--out", out, "--json")
    assert json.loads(done.stdout) == {
        "files": [
            {
                "file": str(one),
                "out": str(out),
                "version": 1,
                "migrated": True,
                "changes": ["schema_version = 2", "policy.bars -> acceptance_criteria"],
            }
        ]
    }
    assert (one.read_text(), out.read_text()) == (OLD, NEW)
    again = tmp_path / "again.toml"
    assert xport("migrate", out, "--out", again).returncode == 0
    assert again.read_bytes() == out.read_bytes()


def test_one_file_that_is_refused_changes_none(xport: Xport, tmp_path: Path) -> None:
    one, other = file(tmp_path, "one.toml", OLD), file(tmp_path, "other.toml", "[tool]\n")
    done = xport("migrate", one, other)
    assert done.returncode == 2
    assert f"xport: {other}: neither a release file nor a policy file" in done.stderr
    assert one.read_text() == OLD


def test_out_is_for_one_file(xport: Xport, tmp_path: Path) -> None:
    one, other = file(tmp_path, "one.toml", OLD), file(tmp_path, "other.toml", OLD)
    done = xport("migrate", one, other, "--out", tmp_path / "out.toml")
    assert done.returncode == 2
    assert "--out: 2 files for one; migrate them one by one" in done.stderr
    assert sorted(tmp_path.iterdir()) == [one, other]


def test_a_command_that_reads_version_1_names_this_one(xport: Xport, tmp_path: Path) -> None:
    one = file(tmp_path, "one.toml", OLD)
    for command in (("convert", one), ("release", one)):
        done = xport(*command, "--out", tmp_path / "run")
        assert done.returncode == 2
        assert f"schema_version is 1, version 2 is read; run `xport migrate {one}`" in done.stderr
    assert not (tmp_path / "run").exists()
    assert f"run `xport migrate {one}`" in xport("targets", one).stderr
    assert one.read_text() == OLD


@pytest.mark.parametrize("depth", [200, 5000])
def test_a_file_that_is_nested_far_too_deep_is_refused(
    depth: int, xport: Xport, tmp_path: Path
) -> None:
    deep = tmp_path / "deep.toml"
    deep.write_text(f"[policy]\nmin_probes = {'[' * depth}{']' * depth}\n")
    for command in (("migrate", deep), ("convert", deep, "--out", tmp_path / "run")):
        done = xport(*command)
        assert done.returncode == 2, done.stderr
        assert "unexpected" not in done.stderr


def test_what_is_no_ordinary_file_is_refused(xport: Xport, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    done = xport("migrate", pipe)
    assert done.returncode == 2
    assert "no ordinary file" in done.stderr
