"""Command line of training: ``python -m reference.training --help``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.defaults import NAMES
from reference.errors import TrainingError, XportError

if TYPE_CHECKING:
    from reference.training.rule_figures import RuleTable
    from reference.training.view_figures import ViewTable

EPILOG = """\
examples:
  python -m reference.training recipes
  python -m reference.training train --recipe paper --data NIH --out build/paper
  python -m reference.training train --recipe authors --initial densenet121.safetensors \\
      --data NIH --out build/authors
  python -m reference.training train --recipe ali --data NIH --out build/ali
  torchrun --nproc-per-node 4 -m reference.training train --recipe paper --data NIH --out build/4
  python -m reference.training defaults --work build/defaults --out reference/defaults
  python -m reference.training real --from FOLDER
  python -m reference.training film-terms reference/defaults/view
  python -m reference.training gate-table --real FOLDER --weights reference/defaults/view
  python -m reference.training gate-rule --view reference/defaults/view --out rule.json
  python -m reference.training gate-table --real FOLDER \\
      --rule reference/defaults/gate-films/rule.json
  python -m reference.training name-weights --weights model.safetensors gate.json

An interrupted training goes on with the same command; on a CPU the weights are then those of an
uninterrupted training, bit for bit. With N processes each normalises its own part of a batch, so
weights differ from those of one process; which images are in a batch, and how they are moved, does
not.

NOT FOR MEDICAL USE.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; nothing heavy is imported."""
    top = argparse.ArgumentParser(
        prog="python -m reference.training",
        description="Train the paper's networks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("recipes", help="print the recipes of the paper and its authors as JSON")
    train = commands.add_parser("train", help="train one network on a data set")
    train.add_argument("--recipe", required=True, help="name of a recipe; see `recipes`")
    train.add_argument("--data", type=Path, required=True, help="folder of the data set")
    train.add_argument("--layout", choices=["nih", "padchest"], default="nih", help="(default nih)")
    train.add_argument("--out", type=Path, required=True, help="folder for everything made")
    train.add_argument(
        "--preprocess", help="definition of the input (default chestxnet, autoencoder for those)"
    )
    train.add_argument("--initial", type=Path, help="weights whose features to begin with")
    train.add_argument("--seed", type=int, default=2019, help="(default 2019)")
    train.add_argument("--augmentation", help="none, hflip, or a number of degrees: 5 to 180")
    train.add_argument("--precision", help="32-true, bf16-mixed, or 16-mixed (GPU)")
    train.add_argument("--epochs", type=int, help="the most epochs")
    train.add_argument("--batch", type=int, help="images per step")
    train.add_argument("--latent", type=int, help="size of an autoencoder's code")
    train.add_argument("--width", type=int, help="channels of an autoencoder's first layer")
    train.add_argument("--accelerator", choices=["auto", "cpu", "cuda"], default="auto")
    train.add_argument("--threads", type=int, help="threads of torch, per process")
    defaults = commands.add_parser("defaults", help="make the default checkpoints again")
    defaults.add_argument(
        "--work", type=Path, default=Path("build/defaults"), help="(default %(default)s)"
    )
    defaults.add_argument(
        "--out", type=Path, default=Path("reference/defaults"), help="(default %(default)s)"
    )
    defaults.add_argument("--only", choices=NAMES, action="append", help="repeat for several")
    defaults.add_argument("--xrays", type=Path, help="folder of real radiographs (PNG) to try")
    defaults.add_argument(
        "--note", action="append", help="a sentence for every card; repeat for several"
    )
    defaults.add_argument("--threads", type=int, help="threads of torch")
    _add_real(commands)
    named = commands.add_parser(
        "name-weights", help="write into documents of decisions which weights they were made for"
    )
    named.add_argument("--weights", type=Path, required=True, help="the file of weights")
    named.add_argument(
        "documents", type=Path, nargs="+", help="calibration.json, gate.json or card.json"
    )
    return top


def _add_real(commands: Any) -> None:
    """Add the commands that need a folder of real films."""
    real = commands.add_parser("real", help="make the networks of real films again")
    real.add_argument(
        "--from", dest="films", type=Path, required=True, help="folder of films, see data/films.py"
    )
    real.add_argument("--work", type=Path, default=Path("build/real"), help="(default %(default)s)")
    real.add_argument(
        "--out", type=Path, default=Path("reference/defaults"), help="(default %(default)s)"
    )
    real.add_argument("--only", choices=REAL_NAMES, action="append", help="repeat for several")
    real.add_argument("--threads", type=int, help="threads of torch")
    table = commands.add_parser("gate-table", help="measure the gate's network on held-out films")
    table.add_argument("--real", type=Path, required=True, help="folder of films")
    table.add_argument(
        "--weights",
        type=Path,
        default=Path("reference/defaults/view"),
        help="folder with model and thresholds (default %(default)s)",
    )
    table.add_argument("--rule", type=Path, help="rule to measure whole, with these weights")
    table.add_argument(
        "--autoencoder",
        type=Path,
        default=Path("reference/defaults/l2-films"),
        help="folder with the rule's autoencoder (default %(default)s)",
    )
    table.add_argument("--json", type=Path, help="file for the table as a document")
    stated = commands.add_parser(
        "film-terms", help="write into cards of real films under which terms their data is"
    )
    stated.add_argument("cards", type=Path, nargs="+", help="folder of a card of real films")
    rule = commands.add_parser("gate-rule", help="write the rule by which images are accepted")
    rule.add_argument(
        "--view", type=Path, required=True, help="folder of the gate's network, with thresholds"
    )
    rule.add_argument("--autoencoder", type=Path, help="folder of an autoencoder with gate.json")
    rule.add_argument("--out", type=Path, required=True, help="file of the rule")
    table.add_argument("--threads", type=int, help="threads of torch")


REAL_NAMES = ("view", "classifier-films", "l2-films", "gate-films")
"""What real films make, in order: the rule, last, is of the weights that are there."""

EXTRA = {
    "lightning_fabric": "lightning-fabric",
    "sklearn": "scikit-learn",
    "torch": "torch",
}
"""Modules of the extra `train`, and their packages."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code.

    0: done; 2: bad input; 3: a folder cannot be written, or a package is missing; 130: interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = parser().parse_args(given)
    try:
        _run(chosen, shlex.join(given))
    except XportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        remedy = "run `pip install 'xport-tfjs[train]'`, or `make setup` in a checkout"
        print(f"error: package {EXTRA[error.name]} is not installed; {remedy}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("interrupted; the same command goes on", file=sys.stderr)
        return 130
    return 0


def _run(chosen: argparse.Namespace, line: str) -> None:
    if chosen.command == "recipes":
        from reference.training.recipes import PRESETS

        for recipe in PRESETS.values():
            print(recipe.model_dump_json(indent=2))
        return
    if chosen.command == "name-weights":
        from reference.training.owning import name_weights

        for path in chosen.documents:
            _say(f"{path}: names {name_weights(path, chosen.weights)}")
        return
    if chosen.command == "film-terms":
        from reference.training.film_terms import state_terms

        for folder in chosen.cards:
            _say(f"{folder}: {state_terms(folder)} sets of images")
        return
    if chosen.command == "gate-rule":
        from reference.training.gate_rule import gate_rule

        rule = gate_rule(chosen.view, chosen.autoencoder)
        rule.write(chosen.out)
        _say(f"{chosen.out}: {len(rule.conditions)} conditions")
        return
    if chosen.threads is not None:
        from reference.networks.threads import set_threads

        set_threads(chosen.threads)
    if chosen.command == "train":
        _train(chosen, line)
    elif chosen.command == "real":
        _real(chosen)
    elif chosen.command == "gate-table":
        _gate_table(chosen)
    else:
        _defaults(chosen)


def _train(chosen: argparse.Namespace, line: str) -> None:
    from pydantic import ValidationError

    from reference.training.recipes import PRESETS, ClassifierRecipe
    from reference.training.trainer import Trainer

    if chosen.recipe not in PRESETS:
        raise TrainingError(
            f"{chosen.recipe!r} is no recipe", "recipe", f"known are {', '.join(PRESETS)}"
        )
    recipe = PRESETS[chosen.recipe]
    changes = {
        name: getattr(chosen, name)
        for name in ("augmentation", "precision", "epochs", "batch", "latent", "width")
        if getattr(chosen, name) is not None
    }
    try:
        recipe = type(recipe).model_validate(recipe.model_dump() | changes)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise TrainingError(f"{key}: {first['msg']}", recipe.name, "see --help") from error
    fallback = "chestxnet" if isinstance(recipe, ClassifierRecipe) else "autoencoder"
    trainer = Trainer(
        recipe=recipe,
        layout=chosen.layout,
        data=chosen.data,
        out=chosen.out,
        preprocess=chosen.preprocess or fallback,
        seed=chosen.seed,
        initial=chosen.initial,
        accelerator=chosen.accelerator,
        command=f"python -m reference.training {line}",
    )
    outcome = trainer.run(_say)
    _say(f"ended by: {outcome.ending}; best weights: {outcome.best}")


def _defaults(chosen: argparse.Namespace) -> None:
    from reference.training.defaults import Remaking
    from reference.training.publishing import Publishing

    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise TrainingError(
            "the defaults are made by one process", "defaults", "start the command without torchrun"
        )
    made = Remaking(chosen.work, _say)
    publishing = Publishing(made, chosen.out, chosen.xrays, tuple(chosen.note or ()))
    for name in chosen.only or NAMES:
        publishing.publish(name, made.train(name))
        _say(f"{name}: written to {chosen.out / name}")


def _real(chosen: argparse.Namespace) -> None:
    from reference.training.real import RealTraining
    from reference.training.real_gate import GatePublishing

    made = RealTraining(chosen.films, chosen.work, _say)
    publishing = GatePublishing(made, chosen.out)
    for name in chosen.only or REAL_NAMES:
        if name == "view":
            publishing.view(made.view())
        elif name == "classifier-films":
            publishing.classifier(made.classifier())
        elif name == "l2-films":
            publishing.autoencoder(made.autoencoder())
        else:
            publishing.rule()
        _say(f"{name}: written to {chosen.out / name}")


def _gate_table(chosen: argparse.Namespace) -> None:
    from reference.training.real_gate import whole_gate_table
    from reference.training.real_publishing import gate_table

    def quiet(line: str) -> None:
        """Say nothing of single rows."""

    if chosen.rule is None:
        table: ViewTable | RuleTable = gate_table(chosen.real, chosen.weights, quiet)
    else:
        weights = (chosen.weights, chosen.autoencoder)
        table = whole_gate_table(chosen.real, chosen.rule, weights, quiet)
    if chosen.json is not None:
        table.write(chosen.json)
    _say(table.markdown())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
