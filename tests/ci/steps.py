"""What runs a job of other people's CI: its steps by bash, in a copy of the sample repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT

SAMPLE = Path(__file__).parent / "sample"
ACTION = ROOT / ".github" / "actions" / "xport" / "action.yml"
TEMPLATE = ROOT / ".gitlab" / "xport.yml"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")

Done = subprocess.CompletedProcess[str]


def sample(folder: Path) -> Path:
    """A copy of the sample repository, with the action and the template that it uses."""
    shutil.copytree(SAMPLE, folder)
    for source in (ACTION, TEMPLATE):
        place = folder / source.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Variables under which `xport` and `python` are those of this checkout."""
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    for name, words in (("xport", "-m xport "), ("python", "")):
        program = programs / name
        if not program.exists():
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {words}"$@"\n')
            program.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PYTHONPATH": str(ROOT), "PATH": path, **more}


def bash(script: str, folder: Path, variables: Mapping[str, str]) -> Done:
    """Run a script as a step of GitHub's and of GitLab's runs it: it ends where a command fails."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        words, cwd=folder, env={**variables}, capture_output=True, text=True, timeout=400
    )


def pytest_in(folder: Path, *words: object, **more: str) -> Done:
    """Run pytest with the plug-in in a folder."""
    own = ["-p", "xport.pytest_plugin", "-p", "no:cacheprovider", "-W", "error"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *own, *map(str, words)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | more,
        capture_output=True,
        text=True,
        timeout=400,
    )


@dataclass
class ActionRun:
    """A composite action of GitHub's as its runner carries it out: the steps that run a script.

    `inputs` are as a workflow gives them. What other actions would be given is kept in `used`.
    """

    folder: Path
    inputs: Mapping[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)
    done: list[Done] = field(default_factory=list)
    summary: str = ""

    def run(self) -> int:
        """Carry every step out; the exit code of the one that failed, 0 where none did."""
        action = yaml.safe_load(ACTION.read_text())
        declared = {name: one.get("default", "") for name, one in action["inputs"].items()}
        assert self.inputs.keys() <= declared.keys()
        context = {f"inputs.{name}": text for name, text in {**declared, **self.inputs}.items()}
        failed = 0
        for step in action["runs"]["steps"]:
            if not holds(step.get("if", ""), context, failed=bool(failed)):
                continue
            if "uses" in step:
                told = {key: expanded(str(text), context) for key, text in step["with"].items()}
                self.used[step.get("name", step["uses"])] = told
                continue
            failed = self._script(step, context) or failed
        named = action["outputs"].items()
        self.outputs = {name: expanded(one["value"], context) for name, one in named}
        return failed

    def _script(self, step: Mapping[str, Any], context: dict[str, str]) -> int:
        files = {
            name: self.folder.parent / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        }
        for file in files.values():
            file.write_text("")
        given = {name: expanded(text, context) for name, text in step.get("env", {}).items()}
        variables = environment(self.folder, **given, **{k: str(v) for k, v in files.items()})
        place = self.folder / expanded(step["working-directory"], context)
        done = bash(step["run"], place, variables)
        self.done.append(done)
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            context[f"steps.{step['id']}.outputs.{name}"] = value
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        return done.returncode


def expanded(text: str, context: Mapping[str, str]) -> str:
    """A text with GitHub's expressions replaced; what is not known there is empty."""
    return EXPRESSION.sub(lambda match: context.get(match[1], ""), text)


def holds(condition: str, context: Mapping[str, str], *, failed: bool) -> bool:
    """Whether a step is carried out: `always()` and comparisons with nothing are understood."""
    terms = [term.strip() for term in condition.split("&&") if term.strip()]
    if failed and "always()" not in terms:
        return False
    for term in terms:
        if term != "always()":
            name, nothing = term.split(" != ")
            assert nothing == "''"
            if not context.get(name):
                return False
    return True


def job_of_gitlab(folder: Path, name: str) -> dict[str, Any]:
    """A job of the sample's .gitlab-ci.yml, with what it takes from the template.

    As GitLab does it: tables are merged, and lists replaced.
    """
    content = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    (included,) = content["include"]
    template = yaml.safe_load((folder / included["local"]).read_text())
    own = content[name]
    return merged(template[own["extends"]], own)


def merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A table over another."""
    both = dict(base)
    for key, value in own.items():
        old = both.get(key)
        both[key] = (
            merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return both
