"""The command line trains, goes on, says where weights come from, and refuses plainly."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reference.errors import DocumentError
from reference.networks.ali import autoencoder
from reference.networks.checkpoints import load_checkpoint
from reference.training.__main__ import main
from reference.training.recipes import PRESETS
from reference.training.trainer import PROVENANCE, TrainerCard

ROOT = Path(__file__).resolve().parents[3]


def small(folder: Path, out: Path) -> list[str]:
    sizes = ["--latent", "4", "--width", "2", "--batch", "8", "--epochs", "2"]
    return ["train", "--recipe", "l2", "--data", str(folder), "--out", str(out), *sizes]


def test_trains_and_writes_weights_with_their_provenance(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    assert main(small(folder, out)) == 0
    told = capsys.readouterr().out
    assert "images used" in told
    assert "epoch 2: training loss" in told
    assert "ended by: all epochs" in told
    card = TrainerCard.read(out / PROVENANCE)
    weights = out / card.weights
    assert card.sha256 == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert card.notice == "NOT FOR MEDICAL USE"
    assert "--recipe l2" in card.provenance.command
    assert all(line.startswith("Phantoms as NIH") for line in card.provenance.data)
    assert len(card.provenance.stages[0].history) == 2
    assert "lightning-fabric" in card.provenance.versions
    load_checkpoint(autoencoder(4, 2), weights)
    before = weights.read_bytes()
    assert main(small(folder, out)) == 0
    assert weights.read_bytes() == before


def test_prints_the_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipes"]) == 0
    told = capsys.readouterr().out
    assert all(f'"name": "{name}"' in told for name in PRESETS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--recipe", "best"], "'best' is no recipe; known are paper, authors"),
        (["--recipe", "authors"], "starts from imagenet weights; name the file"),
        (["--recipe", "paper", "--initial", "x"], "starts from random weights; name no file"),
        (["--recipe", "l2", "--initial", "x"], "autoencoders start from random weights"),
        (["--recipe", "l2", "--preprocess", "xrv"], "images prepared as `autoencoder`"),
        (["--recipe", "l2", "--preprocess", "y"], "'y' is no definition of preprocessing"),
        (["--recipe", "l2", "--augmentation", "30"], "'30' is no level of augmentation"),
        (["--recipe", "l2", "--batch", "0"], "batch: Input should be greater than or equal to 1"),
        (["--recipe", "l2", "--precision", "16-mixed", "--accelerator", "cpu"], "needs a GPU"),
        (["--recipe", "l2", "--accelerator", "cuda"], "this torch finds no GPU"),
        (["--recipe", "l2", "--threads", "0"], "0 is no number of threads"),
        (["--recipe", "l2", "--threads", "100000"], "give 1 to 1024"),
        (["--recipe", "paper", "--latent", "8"], "latent: Extra inputs are not permitted"),
    ],
)
def test_rejects_what_cannot_be_trained(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    given = ["train", "--data", str(folder), "--out", str(tmp_path / "run"), *arguments]
    assert main(given) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert told in error


def test_rejects_a_folder_without_the_data_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(small(tmp_path / "nothing", tmp_path / "run")) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_an_interruption_says_how_to_go_on(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reference.training.fitting.Fitting._one_step", interrupted)
    assert main(small(folder, tmp_path / "run")) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert not (tmp_path / "run" / PROVENANCE).exists()
    with pytest.raises(DocumentError):
        TrainerCard.read(tmp_path / "run" / PROVENANCE)


def test_nobody_who_converts_imports_what_trains() -> None:
    code = (
        "import sys, xport.cli.main, xport.workflow.commands, reference.networks.ali, "
        "reference.networks.densenet, "
        "reference.evaluation, reference.data, reference.training.recipes, "
        "reference.data.augmentation; "
        "sys.exit('lightning_fabric' in sys.modules)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT).returncode == 0


def test_without_the_trainer_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith("reference.training.")]:
        if name.rpartition(".")[2] not in ("__main__", "recipes"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    assert main(small(tmp_path, tmp_path / "run")) == 3
    said = capsys.readouterr().err
    assert (
        "package lightning-fabric is not installed; run `pip install 'xport-tfjs[train]'`" in said
    )
