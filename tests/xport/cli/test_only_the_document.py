"""With --json, standard output is one document, whatever else prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Xport
from xport.cli import ending

NOISY = """
import os, sys
from xport.cli.ending import only_the_document, write_output
with only_the_document(True):
    print("from a model's module")
    sys.stdout.flush()
    os.write(1, b"from a library\\n")
    os.system("echo from a command")
    write_output('{"verdict": "PASSED"}')
    print("afterwards")
print("ended")
"""


def test_the_document_is_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", NOISY],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout == '{"verdict": "PASSED"}\nended\n'
    assert done.stderr.splitlines() == [
        "from a model's module", "from a library", "from a command", "afterwards",
    ]  # fmt: skip


def test_without_it_nothing_is_put_aside(capsys: pytest.CaptureFixture[str]) -> None:
    with ending.only_the_document(False):
        print("as before")
        ending.write_output("result")
    assert capsys.readouterr().out == "as before\nresult\n"


def test_and_so_where_standard_output_is_captured(capsys: pytest.CaptureFixture[str]) -> None:
    with ending.only_the_document(True):
        print("aside")
        ending.write_output("result")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("result\n", "aside\n")


FACTORY = """
import os
import torch

print("loading the package")

def build():
    print("building")
    os.system("echo from a command")
    return torch.nn.Conv2d(1, 1, 1)
"""


@pytest.mark.torch
def test_a_model_that_prints_does_not_spoil_it(tmp_path: Path, xport: Xport) -> None:
    (tmp_path / "noisy.py").write_text(FACTORY)
    arguments = ("init", "noisy:build", "--input", "1,1,4,4", "--out", "new.toml", "--json")
    done = xport(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert "building" not in done.stdout
