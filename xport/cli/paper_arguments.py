"""What `xport paper` and `xport phantoms` accept; nothing heavy is imported."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

ITEMS = (
    "table1",
    "robustness",
    "reconstructions",
    "distributions",
    "cutoff",
    "saliency",
    "hardest",
    "roc",
)
"""The tables and figures; `reference.evaluation.items` has one for each name."""

LAYOUTS = ("nih", "padchest", "kermany", "mura")
"""The layouts that phantoms are written in."""

SEED = 2019

Command = Callable[[Any, str, str], argparse.ArgumentParser]

PAPER_DESCRIPTION = """\
Make the paper's tables and figures from checkpoints and data sets.

Images are read one at a time, and what the networks said of them is kept in OUT/passes, so a
second command computes nothing twice and an interrupted one goes on where a pass ended. Each table
or figure is a folder of OUT with CSV, Markdown, JSON, SVG and PNG; OUT/evaluation.html shows all.

  table1           AUC ± deviation over ten half splits, per finding
  robustness       Figures 3 and E.2: AUC by augmentation in training and in testing
  reconstructions  Figure 4: input, reconstruction, error in red
  distributions    Figures 5 and E.3: scores of every set, and AUC of telling it apart
  cutoff           Figure 6: AUC and retained share against the cutoff
  saliency         Figure 7: saliency and class activation maps, and a pointing game on phantoms
  hardest          E.1: images from hard to easy
  roc              E.4: ROC with the operating points
  all              those for which data and checkpoints are given; the others are named
"""

PAPER_EPILOG = """\
Without --classifier and --autoencoder, the default checkpoints are evaluated. The first classifier
is the one that everything but the robustness matrices is about; all are rows of these, named by
their level in training: none, hflip or degrees. To train one on images of your own:

  python -m reference.training train --recipe paper --augmentation LEVEL --data NIH \\
      --out build/LEVEL

data sets, in their published layouts; the first chest set is what the networks are trained for:
  nih:FOLDER        NIH ChestX-ray14: its test list (operating points: patients of train_val)
  padchest:FOLDER   PadChest, the second hospital: frontal views
  kermany:FOLDER    pediatric pneumonia, both parts
  mura:FOLDER  cifar100:FOLDER  mnist:FOLDER  packaged:photographs  packaged:digits

examples:
  xport phantoms nih build/nih --patients 500
  xport paper table1 --data nih:build/nih --classifier c.safetensors --out build/paper
  xport paper robustness --data nih:build/nih --data padchest:build/padchest \\
      --classifier none=build/none/best.safetensors --classifier 45=build/45/best.safetensors \\
      --out build/e2
  xport paper all --data nih:build/nih --data padchest:build/padchest \\
      --data kermany:build/kermany --data mura:build/mura --data packaged:photographs \\
      --classifier c.safetensors --autoencoder ALI=ali.safetensors \\
      --autoencoder L2=l2.safetensors --out build/paper

NOT FOR MEDICAL USE.
"""

PHANTOMS_DESCRIPTION = """\
Write a set of procedural phantoms in a published layout, so that the same loaders read it.

One in five patients is a test patient. Equal numbers give equal files; a folder that holds the
set already is left as it is. Nothing medical is claimed for any of them.
"""

PHANTOMS_EPILOG = """\
examples:
  xport phantoms nih build/nih --patients 500             hospital A
  xport phantoms padchest build/padchest --patients 200   hospital B
  xport phantoms kermany build/kermany --patients 200     children's chests
  xport phantoms mura build/mura --patients 200           hands and forearms

NOT FOR MEDICAL USE.
"""


def add_paper(commands: Any, command: Command) -> None:
    """Add both commands.

    Args:
        commands: what `add_subparsers` returned.
        command: makes the parser of a command.
    """
    _add_paper(command(commands, "paper", "make the paper's tables and figures"))
    _add_phantoms(command(commands, "phantoms", "write a set of procedural phantoms"))


def _add_paper(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = PAPER_DESCRIPTION, PAPER_EPILOG
    parser.add_argument("item", choices=(*ITEMS, "all"), metavar="WHAT", help="see above")
    parser.add_argument(
        "--data",
        action="append",
        required=True,
        metavar="LAYOUT:FOLDER",
        help="a data set, see below; may be repeated",
    )
    parser.add_argument(
        "--classifier",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="weights of a DenseNet; the first is evaluated, all are rows of the robustness "
        "matrices, named by their level in training; may be repeated",
    )
    parser.add_argument(
        "--autoencoder",
        action="append",
        default=[],
        metavar="[NAME=]FILE",
        help="weights of an autoencoder; may be repeated",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="folder of the results"
    )
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="FILE",
        help="operating points as JSON (default: calibration.json beside the first classifier, "
        "or else chosen on validation images of nih:FOLDER)",
    )
    parser.add_argument(
        "--preprocess",
        metavar="NAME|FILE",
        help="how the classifiers' images are prepared: a preset or JSON (default: chestxnet for "
        "3 channels, xrv for 1)",
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="at most N images of each set, drawn by lot"
    )
    parser.add_argument(
        "--levels",
        nargs="+",
        default=[],
        metavar="LEVEL",
        help="augmentation in testing: none, hflip, 5, 10, 15, 25, 45, 65, 90, 180 (default: all)",
    )
    parser.add_argument(
        "--finding",
        action="append",
        default=[],
        metavar="NAME",
        help="of Figure 7; may be repeated (default: Cardiomegaly and Nodule)",
    )
    parser.add_argument(
        "--per-finding",
        type=int,
        default=25,
        metavar="N",
        help="images per finding in the pointing game (default: %(default)s)",
    )
    parser.add_argument(
        "--batch", type=int, default=16, metavar="N", help="images at once (default: %(default)s)"
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        metavar="N",
        help="threads of torch (default: %(default)s; several are faster on cores that do nothing "
        "else, and many times slower on busy ones, where they wait for each other)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=SEED,
        help="of halves, lots, movements, and of the cut of validation patients: the training's "
        "(default: %(default)s)",
    )


def _add_phantoms(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = PHANTOMS_DESCRIPTION, PHANTOMS_EPILOG
    parser.add_argument("layout", choices=LAYOUTS, help="of the folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to write the set")
    parser.add_argument(
        "--patients", type=int, required=True, metavar="N", help="how many, from 5 to 30,000"
    )
    parser.add_argument(
        "--size", type=int, default=256, metavar="PIXELS", help="side (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="decides the patients (default: %(default)s)"
    )
