"""The examples of README, guides and help: commands as people type them, and release files."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from xport.cli.arguments import make_parser

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
ML_ENGINEER = ROOT / "docs" / "ml-engineer.md"
RELEASE_FILES = ROOT / "docs" / "release-files.md"
GUIDES = (
    README,
    RELEASE_FILES,
    ROOT / "docs" / "release-engineer.md",
    ML_ENGINEER,
    ROOT / "docs" / "clinical-page.md",
)
"""What people read first; every command in them is one that works."""
PROGRAMS = ("xport ", "python -m ", "make ", ".venv/bin/xport ")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:\.venv/bin/)?xport [^`\s…|]+ [^`…|]*)`")


def blocks(path: Path, language: str) -> list[str]:
    """The code blocks of a Markdown file in one language; "" is none."""
    return [code for found, code in _BLOCK.findall(path.read_text()) if found == language]


def release_files() -> dict[str, str]:
    """Every block of TOML in the documents, by document and place."""
    documents = [README, *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("[AC]*.md"))]
    return {
        f"{path.name}-{number}": code
        for path in documents
        for number, code in enumerate(blocks(path, "toml"))
    }


def commands() -> list[str]:
    """Every command of the guides' code blocks and sentences and of the help's epilogs, once."""
    found = [line for guide in GUIDES for code in blocks(guide, "") for line in _commands_of(code)]
    found += [
        match.removeprefix(".venv/bin/")
        for guide in GUIDES
        for match in _INLINE.findall(guide.read_text())
    ]
    found += [line for epilog in epilogs() for line in _commands_of(epilog)]
    return list(dict.fromkeys(found))


def epilogs() -> Iterator[str]:
    """What stands beneath the options of xport and of each of its commands."""
    parser = make_parser()
    yield parser.epilog or ""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from (one.epilog or "" for one in action.choices.values())


def _commands_of(code: str) -> Iterator[str]:
    """Commands on lines of their own, continued lines joined, without what is said of them."""
    joined = re.sub(r"\\\n\s*", "", code)
    for line in map(str.strip, joined.splitlines()):
        if line.startswith(PROGRAMS):
            yield re.split(r"\s{2,}|\s#", line)[0].strip()


def words_of(command: str) -> list[str]:
    """A command's words, as a shell has them."""
    return shlex.split(command)


def merged(frame: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    """A release file with a piece of another in the place of its own."""
    both = {key: (frame.get(key), value) for key, value in piece.items()}
    return frame | {
        key: merged(old, new) if isinstance(old, dict) and isinstance(new, dict) else new
        for key, (old, new) in both.items()
    }


def own_model() -> str:
    """The release file of the guides' own model."""
    (found, *_) = (code for code in blocks(RELEASE_FILES, "toml") if "my_package" in code)
    return found


def own_module() -> str:
    """The module of the guides' own model, as the ML engineer's has it."""
    (found,) = [code for code in blocks(ML_ENGINEER, "python") if "def build" in code]
    return found


def framed(code: str) -> dict[str, Any]:
    """A whole release file around a block of TOML: README's own, with what the block needs."""
    frame, piece = tomllib.loads(own_model()), tomllib.loads(code)
    for name in piece.get("explanations", {}):
        signature = frame["models"]["classifier"]["signature"]
        signature["outputs"].append({"name": "logits", "shape": [1, 3], "dtype": "float32"})
        said = [("classifier", "logits"), (name, "logits"), (name, "probabilities")]
        frame["policy"]["tolerances"] += [
            {
                "model": model,
                "output": output,
                "max_abs": 1e-4,
                "rationale": "float32 rounding of a small network",
            }
            for model, output in said
        ]
        frame["policy"]["relative_tolerances"] = [
            {"model": name, "output": output, "min_cosine": 0.999, "max_ratio_to_float64_gap": 10.0}
            | {"rationale": "gradients at kinks of rectifiers"}
            for output in ("gradient", "saliency", "cam")
        ]
    return merged(frame, piece)
