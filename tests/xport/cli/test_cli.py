"""The command line: start-up, help, exit codes, JSON."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from scripts.goldens import goldens
from tests import mini
from tests.conftest import ROOT, MiniRun, Xport
from xport.cli.main import COMMANDS, main
from xport.common.digests import of_file
from xport.judgement.verdict import Status
from xport.workflow import commands
from xport.workflow.run_folder import RunFolder

HEAVY = ("torch", "tensorflow", "onnx", "playwright", "numpy", "pydantic", "PIL", "rich")


@pytest.mark.parametrize("path", goldens(), ids=lambda path: path.name)
def test_the_documents_made_from_code_are_up_to_date(path: Path) -> None:
    assert path.read_text() == goldens()[path], "run `make goldens` and review the diff"


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom xport.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"heavy = set({HEAVY!r}) & set(sys.modules)\nsys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, xport: Xport) -> None:
    done = xport(command, "--help")
    assert done.returncode == 0
    assert "usage: xport" in done.stdout
    assert "--json" in done.stdout


@pytest.mark.parametrize(
    "arguments", [(), ("convrt",), ("judge",), ("release", "--speed"), ("doctor", "more")]
)
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...], xport: Xport) -> None:
    done = xport(*arguments)
    assert done.returncode == 2
    assert "usage: xport" in done.stderr
    known = [word for word in arguments[:1] if word in COMMANDS]
    assert done.stderr.startswith(" ".join(["usage: xport", *known]))


def test_judging_a_passed_run_is_exit_code_0_with_json(run_copy: Path, xport: Xport) -> None:
    done = xport("judge", run_copy, "--json")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    assert (result["verdict"], result["exit_code"], result["release"]) == ("PASSED", 0, "mini")
    counts = result["checks"]
    assert counts["passed"] == counts["total"] > 0
    assert 0 < result["worst"]["share"] <= 1
    assert of_file(Path(result["evidence"])) == result["digests"]["evidence"]


def test_bundling_a_failed_verdict_is_exit_code_1_as_judging_is(
    run_copy: Path, xport: Xport
) -> None:
    recordings = RunFolder(run_copy).recordings
    found = recordings.load("classifier", "tfjs/webgl")
    assert found is not None
    recordings.save(found[0].model_copy(update={"artifact_digest": "0"}), found[1])
    done = xport("judge", run_copy)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert not (run_copy / "bundle").exists()
    assert not (run_copy / "report.html").exists()
    refused = xport("bundle", run_copy)
    assert refused.returncode == 1
    assert "only PASSED is bundled" in refused.stderr


def test_bundling_a_verdict_of_not_run_is_exit_code_3_as_judging_is(
    run_copy: Path, xport: Xport
) -> None:
    RunFolder(run_copy).recordings.path("classifier", "tfjs/webgl").unlink()
    done = xport("judge", run_copy)
    assert done.returncode == 3
    assert "NOT RUN" in done.stdout
    refused = xport("bundle", run_copy)
    assert refused.returncode == 3
    assert "the verdict is NOT_RUN, only PASSED is bundled" in refused.stderr


@pytest.mark.parametrize(
    ("status", "code"), [(Status.PASSED, 0), (Status.FAILED, 1), (Status.NOT_RUN, 3)]
)
def test_a_release_has_the_exit_code_of_its_verdict(
    status: Status, code: int, mini_run: MiniRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = mini_run.evidence.verdict.model_copy(update={"status": status})
    judged = mini_run.evidence.model_copy(update={"verdict": verdict})
    monkeypatch.setattr(commands, "release", lambda *_, **__: judged)
    with pytest.raises(SystemExit) as ended:
        main(["release", str(mini_run.release_file), "--out", str(tmp_path), "--json"])
    assert ended.value.code == code


def test_an_error_is_json_too(xport: Xport, tmp_path: Path) -> None:
    done = xport("judge", tmp_path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["exit_code"] == 2


@pytest.fixture
def converted(tmp_path: Path, store: Path) -> Path:
    """The folder of a run of one classifier on WebGL, converted and not recorded."""
    content = mini.only_classifier(("webgl",)) | {"routes": {"direct": {}}}
    release_file = mini.write(content, tmp_path / "release.toml")
    commands.convert(release_file, tmp_path / "run", cache_dir=store, allow_weak=True)
    return tmp_path / "run"


def test_recording_without_a_browser_says_how_to_get_one(
    converted: Path, xport: Xport, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    done = xport(
        "record", converted, "--browser", tmp_path / "chromium", "--cache-dir", cache, "--fresh"
    )
    assert done.returncode == 3
    assert "apt-get install chromium" in done.stderr
    judged = xport("judge", converted)
    assert judged.returncode == 3


def test_a_required_renderer_that_is_not_there_is_not_run(converted: Path, xport: Xport) -> None:
    cache = converted.parent / "cache"
    done = xport("record", converted, "--require-renderer", "Radeon", "--cache-dir", cache)
    assert done.returncode == 3
    assert "Radeon" in done.stderr
    assert xport("judge", converted).returncode == 3


def test_report_writes_both_documents(run_copy: Path, xport: Xport) -> None:
    for name in ("report.html", "junit.xml"):
        (run_copy / name).unlink()
    assert xport("report", run_copy).returncode == 0
    assert "PASSED" in (run_copy / "report.html").read_text()
    assert "<testsuites" in (run_copy / "junit.xml").read_text()


def test_serves_a_bundle_on_this_machine_only(mini_run: MiniRun) -> None:
    command = [sys.executable, "-m", "xport", "serve", str(mini_run.folder / "bundle"), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        text = "".join(iter(server.stdout.readline, "}\n")) + "}"
        url = json.loads(text)["url"]
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/manifest.json", timeout=10) as answer:
            assert json.load(answer)["release"] == "mini"
        server.terminate()
        assert server.wait(timeout=10) == 0


@pytest.mark.browser
def test_doctor_finds_everything_here(xport: Xport) -> None:
    done = xport("doctor", "--json")
    findings = {f["name"]: f for f in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0, [f for f in findings.values() if not f["ok"]]
    assert {"browser: webgl", "browser: wasm", "browser: cpu", "built page"} <= findings.keys()
    route = findings["toolchain: tensorflow"]
    assert route["ok"]
    assert "installed" in route["found"]
    assert findings["packages: dynamo exporter"]["ok"]


def test_doctor_names_the_command_that_brings_a_browser(xport: Xport, tmp_path: Path) -> None:
    done = xport("doctor", "--browser", tmp_path / "chromium")
    assert done.returncode == 3
    assert "apt-get install chromium" in done.stdout


def test_help_is_quick(xport: Xport) -> None:
    """The promise is 0.3 s; the bound here only catches an import that slipped in."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        assert xport("--help").returncode == 0
        times.append(time.perf_counter() - start)
    assert min(times) < 1.5
