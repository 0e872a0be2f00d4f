"""Files of version 1 become files of version 2, and nothing else in them changes."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from tests import mini
from tests.conftest import ROOT
from xport.errors import InputError
from xport.release_file.file import read_policy, read_release
from xport.release_file.migration import MOVED_MODULES, migrate, moved

PHANTOMS = "reference/defaults/phantoms.toml"

NEW_NAMES = {
    "relative_tolerances": "likenesses",
    "max_ratio_to_float64_gap": "times_own_gap",
    "acceptance_criteria": "bars",
    "rationale": "because",
    "distinct_channels": "coloured",
    "shipped_route": "ships",
}
"""Names of version 2 that mean nothing else in a release file, by those of version 1."""


def of_version_1(text: str) -> str:
    """A file of version 2 as version 1 had it."""
    for new, old in NEW_NAMES.items():
        text = text.replace(new, old)
    text = text.replace('classifier = "classifier"', 'of = "classifier"')
    text = text.replace("reference.networks.", "reference.")
    return text.replace("schema_version = 2", "schema_version = 1")


def migrated(text: str, folder: Path) -> str:
    path = folder / "old.toml"
    path.write_bytes(text.encode())
    return migrate(path).content.decode()


@pytest.mark.parametrize("name", [PHANTOMS, "releases/ali.toml", "releases/full-width.toml"])
def test_the_shipped_releases_come_out_as_they_are(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text()
    old = of_version_1(text)
    assert "because = " in old
    assert '"reference.densenet:classifier"' in old or "reference.ali" in old
    assert migrated(old, tmp_path) == text


def test_the_miniature_is_the_same_release(tmp_path: Path) -> None:
    new = mini.write(mini.release(), tmp_path / "new.toml")
    old = tmp_path / "old.toml"
    old.write_text(of_version_1(new.read_text()))
    with pytest.raises(InputError, match="schema_version is 1, version 2 is read"):
        read_release(old)
    old.write_bytes(migrate(old).content)
    assert read_release(old).digest() == read_release(new).digest()


# Each: what stands in a file of version 1, and in one of version 2.
LAYOUTS = {
    "comments everywhere": (
        "# top\n\n[policy] # policy\n# before\nmin_probes = 3 # three\n\n"
        '[[policy.bars]] # first\n# of it\nbecause   =   "a" # why\n'
        '# between\n\n  [[policy.bars]]\n  because="b"\n# end',
        "# top\n\n[policy] # policy\n# before\nmin_probes = 3 # three\n\n"
        '[[policy.acceptance_criteria]] # first\n# of it\nrationale   =   "a" # why\n'
        '# between\n\n  [[policy.acceptance_criteria]]\n  rationale="b"\n# end',
    ),
    "comments inside arrays": (
        '[policy]\ntolerances = [ # all\n  # one\n  { because = "x" }, # of\n  {because="y"},\n]\n',
        '[policy]\ntolerances = [ # all\n  # one\n  { rationale = "x" }, # of\n'
        '  {rationale="y"},\n]\n',
    ),
    "dotted keys": (
        'policy.min_probes = 3\npolicy . bars = [{ legs = ["because"], because = "z" }]\n'
        'probes.coloured = 2\nexplanations.why.of = "classifier"\n',
        'policy.min_probes = 3\npolicy . acceptance_criteria = [{ legs = ["because"], '
        'rationale = "z" }]\n'
        'probes.distinct_channels = 2\nexplanations.why.classifier = "classifier"\n',
    ),
    "inline tables": (
        'policy = { bars = [{ because = "a" }], likenesses = [{ times_own_gap = 3.0 }] }\n'
        'explanations = { why = { of = "c" } }\n',
        'policy = { acceptance_criteria = [{ rationale = "a" }], '
        "relative_tolerances = [{ max_ratio_to_float64_gap = 3.0 }] }\n"
        'explanations = { why = { classifier = "c" } }\n',
    ),
    "quoted keys": (
        '[policy]\n"bars" = []\n\'likenesses\' = []\n[probes]\n"coloured" = 1\n',
        "[policy]\n\"acceptance_criteria\" = []\n'relative_tolerances' = []\n"
        '[probes]\n"distinct_channels" = 1\n',
    ),
    "tables out of order": (
        '[policy]\nmin_probes = 3\n\n[browser]\nx = 1\n\n[[policy.likenesses]]\nbecause = "a"\n'
        '\n[probes]\ncoloured = 1\n\n[[policy.tolerances]]\nbecause = "b"\n',
        "[policy]\nmin_probes = 3\n\n[browser]\nx = 1\n\n[[policy.relative_tolerances]]\n"
        'rationale = "a"\n\n[probes]\ndistinct_channels = 1\n\n'
        '[[policy.tolerances]]\nrationale = "b"\n',
    ),
    "long strings": (
        '[[policy.tolerances]]\nbecause = """\nbecause = "bars"\n# no comment\n"""\n'
        "max_abs = 1e-5\n",
        '[[policy.tolerances]]\nrationale = """\nbecause = "bars"\n# no comment\n"""\n'
        "max_abs = 1e-5\n",
    ),
    "numbers, dates and tabs": (
        "[policy]\n\tbars\t=\t[]\nx = [nan, inf, 0x1F, 1_000, 1979-05-27T07:32:00Z, -0.0]\n",
        "[policy]\n\tacceptance_criteria\t=\t[]\n"
        "x = [nan, inf, 0x1F, 1_000, 1979-05-27T07:32:00Z, -0.0]\n",
    ),
    "names that mean something else": (
        '[policy]\nmin_probes = 1\nships = "because"\n[models.of]\nbecause = 1\ncoloured = 2\n'
        '[because]\nbars = 1\n[explanations.of]\nof = "of"\n',
        '[policy]\nmin_probes = 1\nships = "because"\n[models.of]\nbecause = 1\ncoloured = 2\n'
        '[because]\nbars = 1\n[explanations.of]\nclassifier = "of"\n',
    ),
    "modules that moved": (
        "[models.a]\nfactory = 'reference.densenet:classifier' # one\n"
        'loader = """reference.checkpoints:load_checkpoint"""\n'
        'arguments = { of = "reference.explain:Explained", '
        'more = [ "reference.ali:autoencoder", # two\n "reference.ali"] }\n'
        '[models.a.initializer_arguments]\nx.y = "reference.initialise:from_data"\n'
        '[models.b]\ntitle = "reference.densenet:classifier"\nfactory = "mine.densenet:build"\n',
        "[models.a]\nfactory = 'reference.networks.densenet:classifier' # one\n"
        'loader = """reference.networks.checkpoints:load_checkpoint"""\n'
        'arguments = { of = "reference.networks.explain:Explained", '
        'more = [ "reference.networks.ali:autoencoder", # two\n "reference.ali"] }\n'
        '[models.a.initializer_arguments]\nx.y = "reference.networks.initialise:from_data"\n'
        '[models.b]\ntitle = "reference.densenet:classifier"\nfactory = "mine.densenet:build"\n',
    ),
}


@pytest.mark.parametrize(("old", "new"), LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_layout_is_kept(old: str, new: str, end: str, tmp_path: Path) -> None:
    head = "schema_version  =  1  # of the file\n"
    given, wanted = ((head + text).replace("\n", end) for text in (old, new))
    wanted = wanted.replace("=  1  #", "=  2  #", 1)
    assert migrated(given, tmp_path) == wanted
    tomllib.loads(wanted)


def test_a_byte_order_mark_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_bytes(b"\xef\xbb\xbfschema_version = 1\n[policy]\nbars = []\n")
    wanted = b"\xef\xbb\xbfschema_version = 2\n[policy]\nacceptance_criteria = []\n"
    assert migrate(path).content == wanted


def test_a_policy_file_gets_the_version_that_it_lacked(tmp_path: Path) -> None:
    text = mini.write({"policy": mini.policy()}, tmp_path / "p.toml").read_text()
    path = tmp_path / "old.toml"
    path.write_text(of_version_1(text))
    with pytest.raises(InputError, match=r"no schema_version.*run `xport migrate .*old.toml`"):
        read_policy(path)
    path.write_bytes(migrate(path).content)
    assert path.read_text() == f"schema_version = 2\n\n{text}"
    policy, _ = read_policy(path)
    assert policy.acceptance_criteria[0].rationale == "section 5 of the paper"


def test_a_file_of_version_2_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    content = b'# as it is \r\nschema_version = 2\n[policy]\nbecause = "x"   \n'
    path.write_bytes(content)
    found = migrate(path)
    assert (found.content, found.version, found.changes) == (content, 2, ())


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    once = migrated(of_version_1((ROOT / PHANTOMS).read_text()), tmp_path)
    assert migrated(once, tmp_path) == once


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[project]\nname = "x"\n', r"neither a release file nor a policy file"),
        ("policy = 3\n", r"neither a release file nor a policy file"),
        ("[policy\n", "not valid TOML"),
        ("schema_version = 3\n[policy]\n", "schema_version 3 is not known"),
        ("schema_version = true\n[policy]\n", "schema_version True is not known"),
        ('schema_version = "1"\n[policy]\n', "schema_version '1' is not known"),
        (
            '[[policy.tolerances]]\nbecause = "a"\nrationale = "b"\n',
            r"policy\.tolerances\.\*\.because is called rationale now, and both stand there",
        ),
        (
            "[policy]\nbars = []\n[[policy.acceptance_criteria]]\nprobes = 1\n",
            r"policy\.bars is called acceptance_criteria now, and both stand there",
        ),
    ],
)
def test_what_is_no_file_of_version_1_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words) as said:
        migrated(text, tmp_path)
    assert said.value.where == str(tmp_path / "old.toml")
    assert said.value.exit_code == 2


def test_no_code_that_a_file_names_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "trap.py").write_text("raise SystemExit('ran')\n")
    text = '[models.a]\nfactory = "trap:build"\nloader = "trap:load"\n'
    assert migrated(text, tmp_path) == f"schema_version = 2\n\n{text}"


def test_every_moved_module_is_where_the_table_says() -> None:
    for old, new in MOVED_MODULES.items():
        importlib.import_module(new)
        assert not (ROOT / f"{old.replace('.', '/')}.py").exists()
        assert moved(f"{old}:name") == f"{new}:name"
    assert moved("reference.densenet") == "reference.densenet"
    assert moved("mine:reference.densenet") == "mine:reference.densenet"


def test_the_route_that_ships_has_its_new_name(tmp_path: Path) -> None:
    content = mini.only_classifier()
    content["routes"] = {"direct": {}, "tensorflow": {}, "shipped_route": "tensorflow"}
    written = mini.write(content, tmp_path / "new.toml").read_text()
    assert migrated(of_version_1(written), tmp_path) == written
