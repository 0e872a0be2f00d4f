"""Other people's CI on the sample repository: its workflow, its GitLab jobs and its tests are run.

There is one release, in a real browser: the action's. Everything else works on copies of its run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.ci.steps import (
    ACTION,
    TEMPLATE,
    ActionRun,
    Done,
    bash,
    environment,
    job_of_gitlab,
    pytest_in,
    sample,
)
from tests.conftest import ROOT
from tests.examples import blocks
from xport.bundles.requalified import Requalification
from xport.bundles.self_test import SelfTest
from xport.bundles.self_test_checks import read_self_test
from xport.common import digests
from xport.exchange.sensitivity import Sensitivities
from xport.judgement.verdict import Status
from xport.plan.policy import Preset
from xport.recording.browser import BrowserOptions
from xport.release_file.file import read_policy
from xport.workflow import commands, requalification
from xport.workflow.run_folder import RunFolder

pytestmark = pytest.mark.browser

PINNED = re.compile(r"^[\w-]+/[\w-]+@v\d+$")
POLICY = """
schema_version = 2
[policy]
min_probes = 4
[[policy.tolerances]]
model = "colours"
output = "probabilities"
max_abs = 1e-5
rationale = "a tenth of what a page shows of a probability"
[[policy.acceptance_criteria]]
name = "exact"
model = "colours"
output = "probabilities"
legs = ["tfjs/webgl"]
max_abs = 1e-12
probes = 4
rationale = "less than float32 can hold, so that the tests have something to find"
"""
WAIVED = """
[[policy.waivers]]
model = "colours"
leg = "tfjs/webgl"
output = "probabilities"
check = "exact"
bound = 1e-3
rationale = "the tests need something that is waived"
owner = "whoever runs the tests"
until = 2999-12-31
"""


@dataclass(frozen=True)
class Made:
    """The sample repository after the action ran in it; nobody changes it."""

    folder: Path
    action: ActionRun
    code: int

    @property
    def run(self) -> Path:
        """The run's folder."""
        return self.folder / "build" / "xport"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The release, made by the steps of the action as the sample's workflow calls it."""
    folder = sample(tmp_path_factory.mktemp("ci") / "repository")
    step = next(one for one in workflow_steps(folder) if one.get("id") == "xport")
    assert folder / step["uses"] / "action.yml" == folder / ACTION.relative_to(ROOT)
    action = ActionRun(folder, {**step["with"], "install": ""})
    return Made(folder, action, action.run())


@pytest.fixture
def repository(made: Made, tmp_path: Path) -> Path:
    """A copy of the sample repository and its run, to be changed."""
    return Path(shutil.copytree(made.folder, tmp_path / "repository"))


def workflow_steps(folder: Path) -> list[dict[str, Any]]:
    """The steps of the sample's workflow."""
    content = yaml.safe_load((folder / ".github" / "workflows" / "release.yml").read_text())
    steps: list[dict[str, Any]] = content["jobs"]["release"]["steps"]
    return steps


def without_installing(script: str) -> str:
    """A step of the sample's own, but for what it installs: that is here."""
    return re.sub(r"python -m pip install [\w -]+?( && |\n)", "", script)


def judged(run: Path, policy: str) -> Path:
    """Let a run be one of another policy, declared before anything was recorded, and judge it."""
    folder = RunFolder(run)
    text = folder.root.parent / "policy.toml"
    text.write_text(policy)
    plan = folder.plan().model_copy(update={"policy": read_policy(text)[0]})
    plan.write(folder.plan_path)
    for model in plan.models:
        for leg in plan.legs_of(model):
            found = folder.recordings.load(model.id, leg.name)
            assert found is not None
            recording = found[0].model_copy(update={"plan_digest": plan.digest()})
            folder.recordings.save(recording, found[1])
    tried = Sensitivities.read(folder.sensitivity_path)
    models = [one.model_copy(update={"plan_digest": plan.digest()}) for one in tried.models]
    Sensitivities(models=tuple(models)).write(folder.sensitivity_path)
    commands.judge(run)
    return run


def cases(junit: Path) -> dict[str, ElementTree.Element]:
    """The cases of a JUnit file by class and name."""
    found = ElementTree.parse(junit).iter("testcase")
    return {f"{case.get('classname')} {case.get('name')}": case for case in found}


def properties(case: ElementTree.Element) -> Mapping[str, str]:
    """The properties of a case."""
    return {one.get("name", ""): one.get("value", "") for one in case.iter("property")}


def test_the_action_releases_and_says_where_everything_lies(made: Made) -> None:
    assert made.code == 0, made.action.done[-1].stdout + made.action.done[-1].stderr
    assert made.action.outputs == {
        "verdict": "PASSED",
        "exit-code": "0",
        "run": str(made.run),
        "bundle": str(made.run / "bundle"),
    }
    assert made.action.summary == (made.run / "summary.md").read_text()
    assert "xport: the verdict is PASSED" in made.action.done[-1].stdout


def test_what_the_action_keeps_is_there(made: Made) -> None:
    kept, bundle = (
        made.action.used[name]["path"] for name in ("Keep report and evidence", "Keep the bundle")
    )
    assert [Path(one).name for one in kept.split()] == [
        "report.html",
        "evidence.json",
        "junit.xml",
        "summary.md",
    ]
    assert all(Path(one).is_file() for one in kept.split())
    assert (Path(bundle) / "manifest.json").is_file()


def test_the_action_installs_what_is_asked_for_and_fails_with_what_it_found(
    tmp_path: Path,
) -> None:
    folder = sample(tmp_path / "repository")
    given = {"release": "none.toml", "install": "echo installed > installed.txt"}
    action = ActionRun(folder, given)
    assert action.run() == 2
    assert (folder / "installed.txt").read_text() == "installed\n"
    assert (action.outputs["verdict"], action.outputs["exit-code"]) == ("NOT_RUN", "2")
    assert action.outputs["bundle"] == ""
    assert "xport: no verdict" in action.summary
    assert "none.toml: cannot read" in action.summary
    assert "Keep the bundle" not in action.used


def test_all_other_actions_are_pinned_by_version(made: Made) -> None:
    steps = [*yaml.safe_load(ACTION.read_text())["runs"]["steps"], *workflow_steps(made.folder)]
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(PINNED.match(one) or one.startswith("./") for one in used)


def test_the_workflow_s_own_tests_pass_on_the_run_in_a_real_browser(repository: Path) -> None:
    (step,) = [one for one in workflow_steps(repository) if "pytest" in one.get("run", "")]
    options = {"PYTEST_ADDOPTS": "-p xport.pytest_plugin -p no:cacheprovider"}
    script = without_installing(step["run"])
    done = bash(script, repository, environment(repository, **options))
    assert done.returncode == 0, done.stdout + done.stderr
    found = cases(repository / "tests.xml")
    told = properties(found["build.xport.evidence.json.colours.tfjs/wasm probabilities"])
    assert 0 < float(told["measured"]) <= float(told["bound"]) == 1e-5
    assert told["check"].startswith("within tolerance of")
    assert told["worst_probe"].startswith("synthetic-")
    verdict = properties(found["build.xport.evidence.json (verdict)"])
    assert (verdict["verdict"], verdict["release"]) == ("PASSED", "colours 1.0.0")
    assert sum("check_colours" in name for name in found) == 3


def test_gitlab_s_jobs_run_what_the_template_says(repository: Path) -> None:
    job = job_of_gitlab(repository, "release")
    variables = job["variables"] | {"XPORT_INSTALL": ""}
    environs = environment(repository, **variables)
    stand_in(repository, environs)
    script = "\n".join([*job["before_script"], *job["script"]])
    done = bash(script, repository, environs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (repository / "said.txt").read_text().split() == [
        "release",
        "release.toml",
        "--out",
        "build/xport",
    ]
    after = bash("\n".join(job["after_script"]), repository, environs)
    assert after.stdout == (repository / "build" / "xport" / "summary.md").read_text()
    kept = [one.replace("$XPORT_OUT", variables["XPORT_OUT"]) for one in job["artifacts"]["paths"]]
    assert all((repository / one).exists() for one in kept)
    assert job["artifacts"]["when"] == "always"
    options = environs | {"XPORT_OPTIONS": "--images 'two words' --allow-weak"}
    assert bash(script, repository, options).returncode == 0
    assert "--images\ntwo words\n--allow-weak\n" in (repository / "said.txt").read_text()


def test_one_release_serves_all_processes_of_a_session(repository: Path) -> None:
    released_before(repository)
    job = job_of_gitlab(repository, "tests")
    own = "-p xport.pytest_plugin -p no:cacheprovider"
    variables = environment(repository, **job["variables"], PYTEST_ADDOPTS=own)
    script = without_installing("\n".join(job["script"])).replace("check_colours.py ", "")
    done = bash(script, repository, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (repository / "releases.txt").read_text() == "release.toml\n"
    assert "12 passed" in done.stdout
    assert "PASSED  Colours of patches (colours 1.0.0)" in done.stdout
    found = cases(repository / "tests.xml")
    assert "bound" in properties(found["release.toml.colours.tfjs/webgl probabilities"])


def test_what_failed_fails_its_test_with_the_finding_and_its_numbers(repository: Path) -> None:
    run = judged(repository / "build" / "xport", POLICY)
    done = pytest_in(repository, "--xport-run", run, "--junitxml", "failed.xml", "-q")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "FAILED: colours/tfjs/webgl probabilities: 0 of 4 probes within 1e-12" in done.stdout
    assert "Traceback" not in done.stdout
    found = cases(repository / "failed.xml")
    failed = {name.split("evidence.json")[1] for name in found if [*found[name].iter("failure")]}
    assert failed == {".colours.tfjs/webgl probabilities", " (verdict)"}


def test_what_is_waived_passes_only_where_that_is_allowed(repository: Path) -> None:
    run = judged(repository / "build" / "xport", POLICY + WAIVED)
    refused = pytest_in(repository, "--xport-run", run, "-q")
    assert "2 failed, 10 passed" in refused.stdout
    assert "what failed is waived; --xport-allow-waivers takes it" in refused.stdout
    allowed = pytest_in(repository, "--xport-run", run, "-q", "--xport-allow-waivers")
    assert "12 passed" in allowed.stdout


def test_nothing_passes_without_a_verdict(repository: Path) -> None:
    run = repository / "build" / "xport"
    for file in (run / "recordings" / "colours").glob("tfjs-webgl.*"):
        file.unlink()
    assert commands.judge(run).verdict.status is Status.NOT_RUN
    done = pytest_in(repository, "--xport-run", run, "-q")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "12 failed" in done.stdout
    assert "colours/tfjs/webgl probabilities was not judged" in done.stdout


def test_a_run_is_judged_under_a_preset_by_its_name(repository: Path) -> None:
    run = repository / "build" / "xport"
    evidence, place = commands.judge_under(run, *read_policy(Path("quantised")))
    assert place.root.name.startswith("quantised-")
    assert evidence.verdict.status is Status.NOT_RUN  # it asks for more probes than there are
    assert [(one.output, one.max_abs) for one in evidence.plan.policy.tolerances] == [
        ("probabilities", 2e-2)
    ]
    file = repository / "quick.toml"
    file.write_text('schema_version = 2\n[policy]\npreset = "quantised"\nmin_probes = 4\n')
    evidence, _ = commands.judge_under(run, *read_policy(file))
    assert evidence.verdict.status is Status.WEAK_PASSED
    preset = evidence.plan.policy.preset
    assert isinstance(preset, Preset)
    assert (preset.name, preset.overrides) == ("quantised", ("min_probes",))


def test_evidence_that_contradicts_itself_passes_nothing(repository: Path) -> None:
    path = repository / "build" / "xport" / "evidence.json"
    text = path.read_text()
    path.write_text(text.replace('"max_abs": 0.00001', '"max_abs": 0.000011'))
    assert path.read_text() != text
    done = pytest_in(repository, "--xport-run", path.parent, "-q")
    assert "12 failed" in done.stdout


def test_a_published_bundle_is_requalified_in_a_browser(made: Made, tmp_path: Path) -> None:
    bundle, out = made.run / "bundle", tmp_path / "requalified.json"
    words = ["requalify", str(bundle), "--out", str(out)]
    done = run_xport(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("PASSED  Colours of patches (colours 1.0.0) requalified\n")
    assert "3 of colours" in done.stdout
    found = Requalification.read(out)
    assert found.bundle.manifest_sha256 == digests.of_file(bundle / "manifest.json")
    assert found.engine is None
    (where,) = [line for line in found.lines() if line.startswith("played in")]
    assert re.fullmatch(r"played in \S+ [\d.]+, TF\.js \d+\.\d+\.\d+", where)
    assert found.bundle.evidence_sha256 == digests.of_file(bundle / "evidence.json")
    legs = {(check.leg, check.name) for check in found.checks}
    for leg in ("tfjs/webgl", "tfjs/wasm"):
        assert {(leg, "environment"), (leg, "witness"), (leg, "determinism")} <= legs
    assert (
        sum(check.measured is not None and check.output is not None for check in found.checks) == 2
    )


def test_a_browser_that_is_not_there_requalifies_nothing(made: Made) -> None:
    done = run_xport("requalify", str(made.run / "bundle"), "--browser", "/none", "--quiet")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_what_is_beyond_the_bundle_s_bounds_is_not_requalified(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stricter(*given: Any) -> SelfTest:
        found = read_self_test(*given)
        model = found.models["colours"]
        tight = tuple(one.model_copy(update={"max_abs": 1e-12}) for one in model.tolerances)
        held = model.model_copy(update={"tolerances": tight})
        return found.model_copy(update={"models": {"colours": held}})

    monkeypatch.setattr(requalification, "read_self_test", stricter)
    terms = requalification.Terms(BrowserOptions())
    found = requalification.requalify(made.run / "bundle", terms)
    assert found.status is Status.FAILED
    assert any("from the bundle's reference (bound 1e-12)" in line for line in found.lines())


def test_the_documentation_shows_what_there_is() -> None:
    shown = [yaml.safe_load(code) for code in blocks(ROOT / "docs" / "ci.md", "yaml")]
    action = yaml.safe_load(ACTION.read_text())
    template = yaml.safe_load(TEMPLATE.read_text())[".xport"]
    steps = [step for one in shown for job in one.get("jobs", {}).values() for step in job["steps"]]
    given = [step["with"] for step in steps if step.get("uses", "").endswith("actions/xport")]
    assert given
    assert all(one.keys() <= action["inputs"].keys() for one in given)
    jobs = [one for text in shown for one in text.values() if isinstance(one, dict)]
    taken = [one["variables"] for one in jobs if one.get("extends") == ".xport"]
    assert taken
    assert all(one.keys() <= template["variables"].keys() for one in taken)
    text = (ROOT / "docs" / "ci.md").read_text()
    assert all(f"`{name}`" in text for name in action["inputs"])
    assert all(f"`{name}`" in text for name in template["variables"])


def run_xport(*words: str) -> Done:
    """The command line of this checkout."""
    command = [sys.executable, "-m", "xport", *words]
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)


def stand_in(repository: Path, variables: Mapping[str, str]) -> None:
    """Let `xport` write down what it is asked for; the run is there."""
    program = Path(variables["PATH"].split(":")[0]) / "xport"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > said.txt\n')


def released_before(repository: Path) -> None:
    """Let a release be the run that was made before, and every one be written down."""
    (repository / "build" / "xport").rename(repository / "before")
    (repository / "conftest.py").write_text(
        "import pathlib, shutil\n"
        "from xport.judgement.evidence import Evidence\n"
        "from xport.workflow import commands\n"
        "def release(file, out, **options):\n"
        "    with open('releases.txt', 'a') as log:\n"
        "        print(file.name, file=log)\n"
        "    shutil.copytree('before', out)\n"
        "    return Evidence.read(pathlib.Path(out) / 'evidence.json')\n"
        "commands.release = release\n"
    )
