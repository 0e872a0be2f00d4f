"""What is served or handed over can be read by every user, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.document import folder_made_whole, readable_folder
from tests.conftest import MiniRun
from tests.xport.judgement.test_other_policies import judge_under, policy_file
from xport.cli.main import main
from xport.common.document import write_whole
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

NAMED = ("evidence.json", "report.html", "junit.xml")


@pytest.fixture
def private_umask() -> Iterator[None]:
    """Files are this user's alone, unless somebody says otherwise."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, set[int]]:
    """The modes of all folders and of all files, the folder's own among them."""
    found: dict[str, set[int]] = {"folders": set(), "files": set()}
    for path in (folder, *folder.rglob("*")):
        kind = "folders" if path.is_dir() else "files"
        found[kind].add(stat.S_IMODE(path.stat().st_mode))
    return found


EVERYONES = {"folders": {0o755}, "files": {0o644}}


@pytest.mark.usefixtures("private_umask")
def test_all_of_a_bundle_and_what_is_said_of_a_run(run_copy: Path) -> None:
    commands.judge(run_copy)
    commands.report(run_copy)
    assert modes(commands.bundle(run_copy)) == EVERYONES
    for name in NAMED:
        assert stat.S_IMODE((run_copy / name).stat().st_mode) == 0o644


@pytest.mark.usefixtures("private_umask")
def test_a_judgement_under_another_policy(run_copy: Path, tmp_path: Path) -> None:
    _, judgement = judge_under(run_copy, policy_file(tmp_path / "strict.toml"))
    assert modes(judgement.root) == EVERYONES


@pytest.mark.usefixtures("private_umask")
@pytest.mark.parametrize("layout", ["nih", "padchest", "kermany", "mura"])
def test_a_set_of_phantoms(layout: str, tmp_path: Path) -> None:
    command = ["phantoms", layout, str(tmp_path / "set"), "--patients", "5", "--size", "64"]
    with pytest.raises(SystemExit) as ended:
        main([*command, "--json"])
    assert ended.value.code == 0
    assert modes(tmp_path / "set") == EVERYONES


@pytest.mark.usefixtures("private_umask")
def test_a_folder_that_is_made_whole_and_one_that_is_filled_bit_by_bit(tmp_path: Path) -> None:
    with folder_made_whole(tmp_path / "whole") as staging:
        (staging / "inner").mkdir()
        (staging / "inner" / "file").write_text("x")
    write_whole(readable_folder(tmp_path / "filled") / "file", b"x")
    assert modes(tmp_path / "whole") == modes(tmp_path / "filled") == EVERYONES


@pytest.mark.usefixtures("private_umask")
def test_but_a_run_s_folder_and_its_images_are_the_user_s_own(
    mini_run: MiniRun, tmp_path: Path
) -> None:
    run = RunFolder(tmp_path / "run")
    with run.locked(create=True):
        plan = mini_run.evidence.plan
        assert plan.preprocessing is not None
        image = plan.preprocessing.images[0]
        content = RunFolder(mini_run.folder).images.load(image)
        write_whole(run.images.path(image), content)
    assert stat.S_IMODE(run.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.images.root.stat().st_mode) == 0o700
