"""Whatever path is given where, the answer says what is wrong with it: exit code 2 or 3."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import mini
from tests.browser.tiny_model import Classifier
from tests.xport.signing.conftest import make_pair
from xport.cli.main import main

Place = Callable[[Path], Path]


def folder(place: Path) -> Path:
    (place / "a-folder").mkdir()
    return place / "a-folder"


def file(place: Path) -> Path:
    (place / "a-file").write_text("mine")
    return place / "a-file"


def link(place: Path, target: str) -> Path:
    (place / "a-link").symlink_to(target)
    return place / "a-link"


ALWAYS_WRONG: dict[str, Place] = {
    "below a file": lambda place: file(place) / "inner",
    "too long a name": lambda place: place / ("x" * 300),
    "a link in a circle": lambda place: link(place, "a-link"),
    "a name with NUL": lambda place: place / "a\0b",
    "a name that is not UTF-8": lambda place: place / "a\udcff",
}
WRONG_TO_READ = ALWAYS_WRONG | {
    "absent": lambda place: place / "absent",
    "a dangling link": lambda place: link(place, "nowhere"),
    "a device": lambda place: Path("/dev/null"),
}
WRONG_TO_WRITE = ALWAYS_WRONG | {
    "a file": file,
    "below a device": lambda place: Path("/dev/null/inner"),
    "where nobody can write": lambda place: Path("/proc/xport-was-here"),
}
DANGLING: dict[str, Place] = {"a dangling link": lambda place: link(place, "nowhere/inner")}


@dataclass(frozen=True)
class Given:
    """Arguments with `PATH` in them, where `RELEASE`, `MODEL` and `ABSENT` are what they say."""

    arguments: str
    wrong: dict[str, Place]


FILES = WRONG_TO_READ | {"a folder": folder}
FOLDERS = WRONG_TO_READ | {"a file": file, "an empty folder": folder}
NEW_FOLDERS = WRONG_TO_WRITE | DANGLING
NEW_FILES = {name: place for name, place in NEW_FOLDERS.items() if name != "a file"}

GIVEN = {
    "release FILE": Given("release PATH --out NEW", FILES),
    "release --out": Given("release RELEASE --out PATH --cache-dir NEW", NEW_FOLDERS),
    "convert FILE": Given("convert PATH --out NEW", FILES),
    "convert --out": Given("convert RELEASE --out PATH --cache-dir NEW", NEW_FOLDERS),
    "convert --cache-dir": Given("convert RELEASE --out NEW --cache-dir PATH", NEW_FOLDERS),
    "convert --images": Given("convert RELEASE --out NEW --cache-dir NEW --images PATH", FOLDERS),
    "record RUN": Given("record PATH", FOLDERS),
    "judge RUN": Given("judge PATH", FOLDERS),
    "judge --policy": Given("judge NEW --policy PATH", FILES),
    "report RUN": Given("report PATH", FOLDERS),
    "bundle RUN": Given("bundle PATH", FOLDERS),
    "verify BUNDLE": Given("verify PATH", FOLDERS),
    "verify --key": Given("verify NEW --key PATH", FILES),
    "verify --policy": Given("verify NEW --policy PATH", FILES),
    "verify --revocations": Given("verify NEW --revocations PATH", FILES),
    "revoke --key": Given("revoke NEW 1.0 --reason wrong --key PATH", FILES),
    "replace-key --old": Given("replace-key NEW --old PATH --new KEY", FILES),
    "replace-key --new": Given("replace-key NEW --old KEY --new PATH", FILES),
    "sign BUNDLE": Given("sign PATH --key KEY", FOLDERS),
    "sign --key": Given("sign NEW --key PATH", FILES),
    "serve BUNDLE": Given("serve PATH", FOLDERS),
    "bench MODEL": Given("bench PATH", FOLDERS),
    "bench NAME=MODEL": Given("bench name=PATH", FOLDERS),
    "bench BUNDLE#MODEL": Given("bench PATH#classifier", FOLDERS),
    "bench --out": Given("bench NEW --out PATH", NEW_FOLDERS),
    "profile MODEL": Given("profile PATH", FOLDERS),
    "targets FILE": Given("targets PATH", FILES),
    "targets --cache-dir": Given("targets RELEASE --cache-dir PATH", NEW_FOLDERS),
    "bench --browser": Given("bench MODEL --backend cpu --browser PATH", FILES),
    "doctor --browser": Given("doctor --browser PATH", {"a folder": folder}),
    "paper --data": Given("paper table1 --data nih:PATH --out NEW", FOLDERS),
    "paper --classifier": Given(
        "paper table1 --data packaged:digits --classifier PATH --out NEW", FILES
    ),
    "paper --autoencoder": Given(
        "paper cutoff --data packaged:digits --autoencoder name=PATH --out NEW", FILES
    ),
    "paper --calibration": Given(
        "paper table1 --data packaged:digits --calibration PATH --out NEW", FILES
    ),
    "paper --preprocess": Given(
        "paper table1 --data packaged:digits --preprocess PATH --out NEW", FILES
    ),
    "paper --out": Given("paper roc --data packaged:digits --out PATH", NEW_FOLDERS),
    "migrate FILE": Given("migrate PATH", FILES),
    "migrate --out": Given("migrate RELEASE --out PATH", NEW_FILES | {"a folder": folder}),
    "phantoms FOLDER": Given("phantoms mura PATH --patients 5 --size 64", NEW_FOLDERS),
}
CASES = [(name, kind) for name, given in GIVEN.items() for kind in given.wrong]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder to be in, so that what a command leaves by default is seen."""
    before = Path.cwd()
    (tmp_path / "here").mkdir()
    os.chdir(tmp_path / "here")
    yield tmp_path
    os.chdir(before)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_path_that_is_wrong(
    name: str, kind: str, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = GIVEN[name]
    path = given.wrong[kind](elsewhere)
    words = {
        "PATH": str(path),
        "NEW": str(elsewhere / "new"),
        "RELEASE": str(mini.write(mini.release(), elsewhere / "release.toml")),
        "MODEL": str(Classifier().write(elsewhere / "model", 1)),
        "KEY": str(make_pair(elsewhere, "my").private) if "KEY" in given.arguments else "",
    }
    arguments = [
        re.sub("|".join(words), lambda found: words[found[0]], word)
        for word in given.arguments.split()
    ]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = "".join(capsys.readouterr())
    assert ended.value.code in (2, 3), said
    assert "unexpected" not in said
    assert "Traceback" not in said
    named = path.parent if path.name == "inner" else path
    assert re.split("[\0\udcff]", str(named))[0][:250] in said, said
    if kind == "a file":
        assert path.read_text() == "mine"
