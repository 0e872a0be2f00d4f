"""xport paper and xport phantoms, on a few phantoms and networks of a few thousand numbers."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from reference import defaults
from reference.decide.auc import AucTable
from reference.decide.labelled import LabelledPredictions
from reference.evaluation import items
from reference.evaluation.jobs import Probabilities
from reference.phantoms import LAYOUTS
from tests.reference.data import published
from tests.reference.evaluation import tiny
from xport.cli import paper_arguments
from xport.cli.main import main

pytestmark = pytest.mark.slow

MEDICAL = "NOT FOR MEDICAL USE"
PHANTOM = "procedural phantoms, nothing medical is claimed"
MISSING, BROKEN = "00000005_000.png", "00000010_000.png"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ran:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return Ran(ended.value.code, captured.out, captured.err)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *arguments: _run(capsys, *arguments)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Phantoms, one missing and one broken, and networks."""
    folder = tiny.write_sets(tmp_path_factory.mktemp("evaluated"))
    (folder / "nih" / "images" / MISSING).unlink()
    (folder / "nih" / "images" / BROKEN).write_bytes(b"torn")
    tiny.write_networks(folder / "networks")
    return folder


def _arguments(root: Path, out: Path, *, sets: Sequence[str] = ()) -> list[object]:
    networks = root / "networks"
    wanted = sets or ("nih", "padchest", "kermany", "mura")
    data = [f"{name}:{root / name}" for name in wanted]
    return [
        *(part for text in data for part in ("--data", text)),
        *("--data", "packaged:digits", "--limit", 8, "--levels", "none", "45"),
        *("--classifier", f"none={networks / 'c.safetensors'}", "--per-finding", 2),
        *("--autoencoder", f"ALI={networks / 'ali.safetensors'}"),
        *("--autoencoder", f"L2={networks / 'l2.safetensors'}", "--out", out),
    ]


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Everything, made once: its folder and what the command said."""
    out = tmp_path_factory.mktemp("out") / "all"
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", said)
        with pytest.raises(SystemExit) as ended:
            main(["paper", "all", "--json", *map(str, _arguments(root, out))])
    assert ended.value.code == 0
    return out, json.loads(said.getvalue())


Made = tuple[Path, dict[str, Any]]


def _tables(out: Path) -> list[Path]:
    return [path for path in out.glob("*/*.csv") if path.parent.name != "passes"]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_names_on_the_command_line_are_those_of_the_library() -> None:
    assert tuple(items.ITEMS) == paper_arguments.ITEMS
    assert tuple(LAYOUTS) == paper_arguments.LAYOUTS


def test_all_makes_every_table_and_figure(made: Made) -> None:
    out, said = made
    assert tuple(said["results"]) == paper_arguments.ITEMS
    assert said["left_out"] == {}
    for name in paper_arguments.ITEMS:
        suffixes = {path.suffix for path in (out / name).iterdir()}
        assert {".json", ".csv", ".md"} <= suffixes
        assert ({".svg", ".png"} <= suffixes) == (name != "table1")
    assert [path.name for path in out.rglob("*") if path.name.startswith(".")] == []


def test_every_result_says_how_many_of_how_many_images_it_used(made: Made) -> None:
    _, said = made
    used = {sentence for name in ("table1", "roc") for sentence in said["results"][name]["used"]}
    chests = next(s for s in used if s.startswith("Phantoms of hospital A, test: "))
    assert "of 8 images used" in chests
    assert "beyond the limit of 8, by lot" in chests
    usage = said["results"]["table1"]["usage"][0]
    gone = (*usage["missing"], *(one["name"] for one in usage["broken"]))
    assert usage["used"] + len(gone) == 8
    assert set(gone) <= {MISSING, BROKEN}


def test_missing_and_broken_images_are_named_in_json_and_on_the_page(
    root: Path, tmp_path: Path, run: Run
) -> None:
    arguments = _arguments(root, tmp_path / "out", sets=("nih",))
    at = arguments.index("--limit")
    done = run("paper", "distributions", "--json", *arguments[:at], *arguments[at + 2 :])
    assert done.code == 0, done.err
    (usage,) = (
        one
        for one in done.json["results"]["distributions"]["usage"]
        if "hospital A" in one["dataset"]
    )
    assert usage["missing"] == [MISSING]
    assert [one["name"] for one in usage["broken"]] == [BROKEN]
    page = (tmp_path / "out" / "evaluation.html").read_text()
    assert f"1 missing ({MISSING})" in page
    assert f"1 broken ({BROKEN}" in page


def test_every_file_says_that_it_is_not_for_medical_use_and_of_phantoms(made: Made) -> None:
    out, said = made
    assert said["notices"][0] == MEDICAL
    texts = [*out.glob("*/result.json"), *_tables(out), *out.glob("*/*.md")]
    # matplotlib writes every text as paths, and beside them what they say.
    figures = list(out.glob("*/*.svg"))
    assert len(figures) >= 8
    for path in [*texts, *figures, out / "NOTICE.txt", out / "evaluation.html"]:
        text = path.read_text()
        assert MEDICAL in text, path
        assert PHANTOM in text, path


def test_figures_are_whole_in_both_formats(made: Made) -> None:
    out, _ = made
    for path in out.glob("*/*.svg"):
        assert ET.parse(path).getroot().tag.endswith("svg")
        with Image.open(path.with_suffix(".png")) as image:
            image.load()
            assert min(image.size) > 200


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_page_has_everything_needs_no_network_and_can_be_heard(made: Made) -> None:
    out, _ = made
    page = _Page()
    page.feed((out / "evaluation.html").read_text())
    assert {one.get("id") for one in page.of("section")} == set(paper_arguments.ITEMS)
    assert len(page.of("img")) == len(list(out.glob("*/*.png")))
    for image in page.of("img"):
        assert str(image["src"]).startswith("data:image/png;base64,")
        assert len(str(image["alt"])) > 60
    assert len(page.of("table")) == len(_tables(out))
    assert len(page.of("caption")) == len(page.of("table"))
    assert page.of("script") == page.of("link") == []
    for tag, attributes in page.tags:
        link = attributes.get("href") or attributes.get("src") or ""
        assert str(link).startswith(("#", "data:")) or not link, tag


def test_table_has_all_findings_and_their_counts(made: Made) -> None:
    out, said = made
    rows = _rows(out / "table1" / "table1-1.csv")
    kept = LabelledPredictions.read(out / "table1" / "predictions-1.json")
    assert len(kept.images) == said["results"]["table1"]["usage"][0]["used"]
    assert kept.weights_sha256 == said["results"]["table1"]["networks"][0]["sha256"]
    positives = [sum(label == 1 for label in column) for column in zip(*kept.truth, strict=True)]
    by_finding = dict(zip(kept.findings, positives, strict=True))
    aucs = AucTable.read(out / "table1" / "auc-1.json").rows
    assert by_finding == {row.finding: row.positives for row in aucs}
    used = said["results"]["table1"]["usage"][0]["used"]
    assert len(rows) == 15
    for row in rows[:14]:
        assert int(row["positive"]) + int(row["negative"]) + int(row["unknown"]) == used
        assert (row["auc"] == "") == (0 in (int(row["positive"]), int(row["negative"])))


def test_pointing_game_is_played_on_both_hospitals(made: Made) -> None:
    out, _ = made
    for place in (1, 2):
        rows = _rows(out / "saliency" / f"pointing-{place}.csv")
        assert sum(int(row["drawn"]) for row in rows[:-1]) == int(rows[-1]["drawn"]) > 0
        for row in rows[:-1]:
            counted = int(row["images"]) + int(row["mask empty"]) + int(row["cut away"])
            assert counted == int(row["drawn"]) <= 2


def test_second_command_computes_nothing_again_and_says_the_same(
    root: Path, made: Made, tmp_path: Path, run: Run
) -> None:
    out = Path(shutil.copytree(made[0], tmp_path / "again"))
    before = {path: path.stat().st_mtime_ns for path in (out / "passes").iterdir()}
    table = (out / "table1" / "table1-1.csv").read_bytes()
    done = run("paper", "table1", *_arguments(root, out))
    assert done.code == 0, done.err
    assert {path: path.stat().st_mtime_ns for path in (out / "passes").iterdir()} == before
    assert (out / "table1" / "table1-1.csv").read_bytes() == table
    assert "images used" in done.out
    assert done.out.rstrip().splitlines()[-5].startswith(MEDICAL)


def test_all_names_what_it_has_no_data_for(root: Path, tmp_path: Path, run: Run) -> None:
    done = run("paper", "all", "--json", *_arguments(root, tmp_path, sets=("padchest",)))
    assert done.code == 0, done.err
    assert set(done.json["left_out"]) == {"cutoff", "roc"}
    assert "kermany:FOLDER" in done.json["left_out"]["cutoff"]
    assert "--calibration" in done.json["left_out"]["roc"]
    assert not (tmp_path / "roc").exists()


def test_operating_points_can_be_given(root: Path, made: Made, tmp_path: Path, run: Run) -> None:
    given = made[0] / "roc" / "calibration.json"
    arguments = _arguments(root, tmp_path, sets=("padchest",))
    done = run("paper", "roc", "--json", *arguments, "--calibration", given)
    assert done.code == 0, done.err
    assert (tmp_path / "roc" / "calibration.json").read_bytes() == given.read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights_sha256": "0" * 64}, f"it is of the weights {'0' * 64}; those of "),
        ({"weights_sha256": None, "schema_version": 1}, "it names no weights; those of "),
    ],
)
def test_operating_points_of_other_weights_are_refused(
    changes: dict[str, object], words: str, root: Path, made: Made, tmp_path: Path, run: Run
) -> None:
    content = json.loads((made[0] / "roc" / "calibration.json").read_text()) | changes
    given = tmp_path / "given.json"
    given.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))
    arguments = _arguments(root, tmp_path / "out", sets=("padchest",))
    done = run("paper", "roc", *arguments, "--calibration", given)
    assert done.code == 2
    assert words in done.err
    assert (
        hashlib.sha256((root / "networks" / "c.safetensors").read_bytes()).hexdigest() in done.err
    )
    assert ("name-weights" in done.err) == (changes["weights_sha256"] is None)
    assert not (tmp_path / "out").exists()


def test_operating_points_beside_the_classifier_are_taken(
    root: Path, made: Made, tmp_path: Path, run: Run
) -> None:
    stored = made[0] / "roc" / "calibration.json"
    for name in ("classifier", "ali", "l2"):
        (tmp_path / "defaults" / name).mkdir(parents=True)
        source = root / "networks" / f"{'c' if name == 'classifier' else name}.safetensors"
        shutil.copy(source, tmp_path / "defaults" / name / "model.safetensors")
    shutil.copy(stored, tmp_path / "defaults" / "classifier")
    data = ["--data", f"padchest:{root / 'padchest'}", "--out", tmp_path / "out"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(defaults, "default_folder", lambda name: tmp_path / "defaults" / name)
        done = run("paper", "roc", *data, "--json")
    assert done.code == 0, done.err
    assert (tmp_path / "out" / "roc" / "calibration.json").read_bytes() == stored.read_bytes()
    (network,) = done.json["results"]["roc"]["networks"]
    assert (network["name"], network["file"]) == ("hflip", "model.safetensors")


def test_real_folder_is_evaluated_unchanged_and_what_it_lacks_is_said(
    root: Path, tmp_path: Path, run: Run
) -> None:
    folder = published.write_nih(tmp_path)
    classifier = root / "networks" / "c.safetensors"
    arguments = ("--data", f"nih:{folder}", "--classifier", classifier, "--levels", "none")
    done = run("paper", "all", *arguments, "--json", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert done.json["notices"] == [MEDICAL]
    assert set(done.json["results"]) == {"table1", "robustness", "saliency", "roc"}
    remarks = " ".join(done.json["results"]["saliency"]["remarks"])
    assert "No maps of Nodule: no image" in remarks
    assert "No pointing game on NIH ChestX-ray14 (test): it has no masks" in remarks


def test_several_classifiers_are_rows_of_the_matrices_from_weak_to_strong(
    root: Path, tmp_path: Path, run: Run
) -> None:
    others = {
        level: tiny.save(tiny.narrow(seed=4), tmp_path / f"{level}.safetensors")
        for level in ("mine", "45", "hflip")
    }
    arguments = _arguments(root, tmp_path / "out", sets=("padchest",))
    rows_of = [word for name, file in others.items() for word in ("--classifier", f"{name}={file}")]
    done = run("paper", "robustness", *arguments, *rows_of)
    assert done.code == 0, done.err
    rows = _rows(tmp_path / "out/robustness/robustness-1.csv")
    assert [row["trained at"] for row in rows] == ["none", "hflip", "45", "mine"] * 14
    assert {"none", "45"} <= rows[0].keys()


def test_torch_has_the_threads_that_are_asked_for_and_its_own_afterwards(
    root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[int] = set()
    plain = Probabilities.run

    def watched(job: Probabilities, batch: Any) -> Any:
        seen.add(torch.get_num_threads())
        return plain(job, batch)

    monkeypatch.setattr(Probabilities, "run", watched)
    before = torch.get_num_threads()
    arguments = _arguments(root, tmp_path / "out", sets=("padchest",))
    assert run("paper", "table1", *arguments, "--threads", 3).code == 0
    assert seen == {3}
    assert torch.get_num_threads() == before


BAD: dict[str, Callable[[Path], list[object]]] = {
    "absent folder": lambda root: ["--data", f"mura:{root / 'absent'}"],
    "another layout": lambda root: ["--data", f"mnist:{root / 'nih'}"],
    "no layout": lambda root: ["--data", str(root / "nih")],
    "twice the same": lambda root: ["--data", f"nih:{root / 'nih'}"],
    "absent checkpoint": lambda root: ["--classifier", root / "absent.safetensors"],
    "no checkpoint": lambda root: ["--classifier", f"x={root / 'nih' / 'NOTICE.txt'}"],
    "an autoencoder": lambda root: ["--classifier", f"x={root / 'networks/ali.safetensors'}"],
    "two of one name": lambda root: ["--classifier", f"none={root / 'networks/c.safetensors'}"],
    "no level": lambda root: ["--levels", "46"],
    "no batch": lambda root: ["--batch", 0],
    "no threads": lambda root: ["--threads", 0],
    "too many threads": lambda root: ["--threads", 100_000],
    "no limit": lambda root: ["--limit", 0],
    "no seed": lambda root: ["--seed", -1],
    "no calibration": lambda root: ["--calibration", root / "nih" / "phantoms.json"],
    "no preprocessing": lambda root: ["--preprocess", "cats"],
    "other channels": lambda root: ["--preprocess", "xrv"],
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_input_is_exit_code_2_in_one_sentence_and_leaves_nothing(
    bad: Callable[[Path], list[object]], root: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "out"
    done = run("paper", "table1", *_arguments(root, out, sets=("nih",)), *bad(root))
    assert done.code == 2, done.err
    assert done.err.startswith("xport: ")
    assert "Traceback" not in done.err
    assert not out.exists()


def test_what_was_made_before_an_error_has_its_page_and_notices(
    root: Path, tmp_path: Path, run: Run
) -> None:
    folder = Path(shutil.copytree(root / "padchest", tmp_path / "padchest"))
    (folder / "phantoms.csv").unlink()
    classifier = root / "networks" / "c.safetensors"
    arguments = ("--data", f"padchest:{folder}", "--classifier", classifier, "--levels", "none")
    done = run("paper", "all", *arguments, "--out", tmp_path / "out")
    assert done.code == 2, done.err
    assert "phantoms.csv" in done.err
    assert (tmp_path / "out" / "table1").is_dir()
    assert (tmp_path / "out" / "NOTICE.txt").read_text().startswith(MEDICAL)
    assert MEDICAL in (tmp_path / "out" / "evaluation.html").read_text()


def test_a_file_in_the_place_of_a_folder_is_exit_code_2(
    root: Path, tmp_path: Path, run: Run
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("mine")
    arguments = _arguments(root, in_the_way / "out", sets=("padchest",))
    done = run("paper", "table1", *arguments, "--json")
    assert (done.code, done.json["exit_code"]) == (2, 2)
    assert f"cannot be a folder, for {in_the_way} is none" in done.json["error"]
    assert in_the_way.read_text() == "mine"


def test_what_a_command_needs_is_named(
    root: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", f"mura:{root / 'mura'}", "--out", tmp_path / "out"]
    monkeypatch.setattr(defaults, "default_folder", lambda name: tmp_path / "absent")
    for item, needed in (("table1", "--classifier"), ("hardest", "--autoencoder")):
        done = run("paper", item, *data)
        assert (done.code, needed in done.err) == (2, True)
    done = run("paper", "all", *data, "--json")
    assert done.code == 2
    assert "nothing can be made" in done.json["error"]


def test_phantoms_are_written_once_and_marked(tmp_path: Path, run: Run) -> None:
    arguments = ("phantoms", "nih", tmp_path / "nih", "--patients", 6, "--size", 32)
    first, second = run(*arguments, "--json"), run(*arguments)
    assert first.code == second.code == 0, first.err + second.err
    assert first.json["new"] is True
    assert first.json["images"] == len(list((tmp_path / "nih" / "images").iterdir()))
    assert first.json["notices"] == [MEDICAL, PHANTOM]
    assert "were there already" in second.out
    assert MEDICAL in second.out


def test_phantoms_refuse_another_folder_and_numbers_out_of_range(tmp_path: Path, run: Run) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for folder, patients, word in (
        (tmp_path, 6, "does not hold"),
        (tmp_path / "x", 1, "patients=1"),
    ):
        done = run("phantoms", "mura", folder, "--patients", patients, "--size", 32)
        assert done.code == 2
        assert word in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
