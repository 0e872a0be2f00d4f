"""What `xport paper` and `xport phantoms` do: options to `reference`, its results to a page."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.system_errors import refusal
from xport.cli.paper_arguments import ITEMS
from xport.common.document import write_whole
from xport.conversion.store import disk_errors, require_writable
from xport.errors import InputError

if TYPE_CHECKING:
    from reference.decide.calibration import Calibration
    from reference.evaluation.inputs import Evaluation
    from reference.evaluation.networks import ClassifierNetwork
    from reference.evaluation.results import Result
    from reference.evaluation.sets import OpenedSet
    from reference.preprocess import Preprocess

PAGE = "evaluation.html"
NOTICE = "NOTICE.txt"
STORED_CALIBRATION = "calibration.json"
Named = tuple[str, Path]


def tables_and_figures(options: argparse.Namespace) -> dict[str, Any]:
    """Make one table or figure, or all that can be made, and the page of everything in the folder.

    Returns:
        What the command line prints as JSON.

    Raises:
        InputError: an option, a checkpoint or a data set is not as it should be.
        UnavailableError: the folder of the results cannot be written.
    """
    from reference.document import readable_folder

    require_writable(options.out)
    with _threads(options.threads):
        evaluation = _evaluation(options)
        with disk_errors(options.out):
            readable_folder(options.out)
        try:
            left_out = _make(evaluation, options.item)
        finally:  # what was made before an error must not lack its notices
            results = _write_page(evaluation.out)
    made = ITEMS if options.item == "all" else (options.item,)
    notices = dict.fromkeys(notice for _, result in results for notice in result.notices)
    return {
        "out": str(evaluation.out),
        "page": str(evaluation.out / PAGE),
        "notices": list(notices),
        "results": {
            result.name: _summary(folder, result)
            for folder, result in results
            if result.name in made and result.name not in left_out
        },
        "left_out": left_out,
    }


def lines(summary: dict[str, Any]) -> list[str]:
    """Return what `tables_and_figures` returned as lines for a terminal."""
    found = []
    for name, result in summary["results"].items():
        found.append(f"{name:<16} {result['folder']}")
        found += [f"  {sentence}" for sentence in (*result["used"], *result["remarks"])]
    found += [f"{name:<16} left out: {why}" for name, why in summary["left_out"].items()]
    return [*found, f"{'page':<16} {summary['page']}", *summary["notices"]]


def phantoms(options: argparse.Namespace) -> dict[str, Any]:
    """Write a set of phantoms.

    Returns:
        What the command line prints as JSON.

    Raises:
        InputError: a number is out of range, or the folder holds something else.
        UnavailableError: the folder cannot be written.
    """
    from reference.errors import PhantomError
    from reference.evaluation.sets import MEDICAL, PHANTOM
    from reference.phantoms import LAYOUTS, Cohort

    if not options.folder.exists():  # one that holds the set already need not be written
        require_writable(options.folder)
    cohort = Cohort(options.seed, options.patients, options.size)
    try:
        written = LAYOUTS[options.layout](options.folder, cohort)
    except PhantomError as error:
        cause = error.__cause__
        known = refusal(cause, options.folder) if isinstance(cause, OSError) else None
        raise known or error from cause
    return {
        "folder": str(written.folder),
        "images": written.images,
        "new": written.new,
        "notices": [MEDICAL, PHANTOM],
    }


def _make(evaluation: Evaluation, item: str) -> dict[str, str]:
    """Make what is asked for; what could not be made, and why."""
    from reference.evaluation.inputs import Unfit
    from reference.evaluation.items import ITEMS as MAKERS

    if item != "all":
        MAKERS[item](evaluation)
        return {}
    left_out = {}
    for name, make in MAKERS.items():
        try:
            make(evaluation)
        except Unfit as error:
            left_out[name] = str(error)
    if len(left_out) == len(MAKERS):
        raise InputError(f"nothing can be made: {next(iter(left_out.values()))}", "all")
    return left_out


def _evaluation(options: argparse.Namespace) -> Evaluation:
    from reference.data.augmentation import level_named
    from reference.evaluation.inputs import Evaluation
    from reference.evaluation.networks import read_autoencoder
    from reference.evaluation.passes import Passes

    for name in ("batch", "per_finding"):
        if getattr(options, name) < 1:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{getattr(options, name)} is no number of images", flag, "give 1")
    if options.seed < 0 or options.seed >= 2**32:
        raise InputError(f"{options.seed} is no seed", "--seed", "give 0 to 4294967295")
    for level in options.levels:
        level_named(level)
    given, autoencoders = _networks(options)
    sets, classifiers = _sets(options), _classifiers(given, options.preprocess)
    return Evaluation(
        out=options.out,
        sets=sets,
        classifiers=classifiers,
        autoencoders=tuple(read_autoencoder(path, name) for name, path in autoencoders),
        calibration=_calibration(options.calibration, given, classifiers),
        passes=Passes(options.out / "passes", options.batch),
        seed=options.seed,
        levels=tuple(dict.fromkeys(options.levels)),
        findings=tuple(dict.fromkeys(options.finding)) or ("Cardiomegaly", "Nodule"),
        per_finding=options.per_finding,
    )


def _sets(options: argparse.Namespace) -> tuple[OpenedSet, ...]:
    from reference.evaluation.sets import open_set

    opened = [open_set(text, seed=options.seed, limit=options.limit) for text in options.data]
    names = [one.images.name for one in opened]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two sets are called {name}", "--data", "give each layout once")
    return tuple(opened)


def _networks(options: argparse.Namespace) -> tuple[list[Named], list[Named]]:
    """Classifiers and autoencoders by name: those that are given, or the defaults."""
    from reference.defaults import AUTOENCODERS, CLASSIFIERS

    if options.classifier or options.autoencoder:
        return (
            _named(options.classifier, "--classifier"),
            _named(options.autoencoder, "--autoencoder"),
        )
    return _defaults(CLASSIFIERS), _defaults(AUTOENCODERS)


def _defaults(titles: Mapping[Any, str]) -> list[Named]:
    """The default checkpoints of these names that are there, by their titles."""
    from reference.defaults import default_folder

    files = {title: default_folder(name) / "model.safetensors" for name, title in titles.items()}
    return [(title, path) for title, path in files.items() if path.is_file()]


def _classifiers(named: list[Named], preprocess: str | None) -> tuple[ClassifierNetwork, ...]:
    from reference.evaluation.networks import read_classifier

    made = _preprocess(preprocess)
    return tuple(read_classifier(path, name, made) for name, path in named)


def _named(texts: Sequence[str], flag: str) -> list[Named]:
    """Split `NAME=FILE`; a file without a name is called by its own.

    Raises:
        InputError: two have the same name.
    """
    found: dict[str, Path] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not (equals and name and path) or "/" in name:
            name, path = Path(text).stem, text
        if name in found:
            raise InputError(f"two files are called {name}", flag, "write NAME= before each")
        found[name] = Path(path)
    return list(found.items())


def _preprocess(text: str | None) -> Preprocess | None:
    from pydantic import ValidationError

    from reference.preprocess import PRESETS, Preprocess

    if text is None or text in PRESETS:
        return PRESETS[text] if text else None
    try:
        return Preprocess.model_validate_json(Path(text).read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{text!r} is no preprocessing",
            "--preprocess",
            f"give {', '.join(PRESETS)}, or a file such as a bundle's preprocess.json",
        ) from error


def _calibration(
    given: Path | None, files: Sequence[Named], classifiers: Sequence[ClassifierNetwork]
) -> Calibration | None:
    """The operating points that are given, or that are stored beside the first classifier.

    Raises:
        InputError: they name another checkpoint than its, or none.
    """
    from reference.decide.calibration import Calibration
    from xport.release_file.decisions import NAME_WEIGHTS

    stored = (path.parent / STORED_CALIBRATION for _, path in files[:1])
    path = given or next((path for path in stored if path.is_file()), None)
    if path is None:
        return None
    found = Calibration.read(path)
    for (_, checkpoint), network in zip(files[:1], classifiers, strict=False):
        named, own = found.weights_sha256, network.about.sha256
        if named != own:
            raise InputError(
                f"it {f'is of the weights {named}' if named else 'names no weights'}; those of "
                f"{checkpoint} are {own}",
                str(path),
                "choose operating points on these weights: an nih:FOLDER with train_val_list.txt "
                "and no --calibration does so"
                if named
                else "if it was made for these weights, run "
                f"`{NAME_WEIGHTS} --weights {checkpoint} {path}`",
            )
    return found


def _write_page(out: Path) -> list[tuple[Path, Result]]:
    """Write the page of all results that the folder holds, and their notices; return them."""
    from reference.evaluation.results import read_results
    from reports.evaluation import html_evaluation

    results = read_results(out, ITEMS)
    if not results:
        return []
    notices = dict.fromkeys(notice for _, result in results for notice in result.notices)
    write_whole(out / NOTICE, ("\n".join(notices) + "\n").encode())
    write_whole(out / PAGE, html_evaluation(results).encode())
    return results


def _summary(folder: Path, result: Result) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "title": result.title,
        "used": result.used_sentences,
        "usage": [usage.model_dump() for usage in result.used],
        "networks": [network.model_dump(mode="json") for network in result.networks],
        "remarks": result.remarks,
        "files": sorted(path.name for path in folder.iterdir()),
    }


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch compute with that many threads, and as before afterwards."""
    import torch

    from reference.networks.threads import set_threads

    before = torch.get_num_threads()
    set_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
