"""How many modules were right and how many refused, by operator; none may be wrong."""

from __future__ import annotations

import datetime
import platform
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from tests.fuzz_modules.trial import Trial

DOCUMENT = Path(__file__).parents[2] / "docs" / "fuzz.md"
PACKAGES = ("torch", "onnx", "onnxruntime", "numpy")


def table(trials: Sequence[Trial]) -> Iterator[str]:
    """A Markdown table: of the modules of one operator alone, how many were right and refused."""
    by_operator: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for trial in trials:
        if len(trial.operators) == 1:
            by_operator[trial.operators[0]][trial.outcome] += 1
            if trial.outcome == "refused":
                reasons[trial.operators[0]][_short(trial.reason)] += 1
    yield "| operator, alone | tried | right | refused | rate | refused most often with |"
    yield "|---|---:|---:|---:|---:|---|"
    for name, counted in sorted(by_operator.items(), key=lambda item: (-_rate(item[1]), item[0])):
        said = next(iter(reasons[name].most_common(1)), ("", 0))[0]
        yield (
            f"| {name} | {counted.total()} | {counted['right']} | {counted['refused']} | "
            f"{_rate(counted):.0%} | {said} |"
        )


def lines(trials: Sequence[Trial]) -> Iterator[str]:
    """All in a few lines for a terminal, and every module that came out wrong."""
    counted = Counter(trial.outcome for trial in trials)
    yield (
        f"{len(trials)} modules: {counted['right']} right, {counted['refused']} refused "
        f"({_rate(counted):.1%}), {counted['wrong']} wrong"
    )
    yield from (str(trial) for trial in trials if trial.outcome == "wrong")


def document(trials: Sequence[Trial], seed: int, browser: str) -> str:
    """`docs/fuzz.md`."""
    counted = Counter(trial.outcome for trial in trials)
    alone = [trial for trial in trials if len(trial.operators) == 1]
    tools = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join([
        "# Random modules",
        "",
        "Written by `make fuzz` (`python -m tests.fuzz_modules`); do not edit.",
        "",
        f"{len(trials):,} random modules, numbers {seed} to {seed + len(trials) - 1}, on "
        f"{datetime.datetime.now(datetime.UTC).date()}, Python {platform.python_version()}, "
        f"{tools}, {browser} on wasm.",
        "",
        f"- **right** (the browser says what PyTorch says): {counted['right']:,}",
        f"- **refused**, in one line that says what and where: {counted['refused']:,} "
        f"({_rate(counted):.1%})",
        f"- **wrong** (another number, another shape, or an error that is not in words): "
        f"{counted['wrong']:,}",
        "",
        "A module is one operator, or two to five in a row, of random attributes and shapes of "
        "rank 2 to 5, and goes through the stages of a release: factory, PyTorch, ONNX "
        "(torchscript, opset 17), the direct writer, a real browser. "
        f"{len(alone):,} of them are of one operator alone:",
        "",
        *table(trials),
        "",
    ])  # fmt: skip


def _rate(counted: Counter[str]) -> float:
    return counted["refused"] / max(1, counted.total())


def _short(reason: str) -> str:
    """A refusal without what differs from module to module."""
    said = re.sub(r"^(?:torch_from_factory|onnx_from_torch|tfjs_from_onnx): ", "", reason)
    said = re.sub(r"torch\.onnx cannot export tests\S+: ", "", said)
    said = re.sub(r" of node '[^']*'", "", said).split("; ")[0]
    said = re.sub(r"factory: tests\.fuzz_modules\.building:build: |: output 'y' .*", "", said)
    said = re.sub(r"\d+(?:\.\d+)?(?:e-?\d+)?", "N", said)
    return said.replace("|", "\\|")[:110]
