"""docs/operators.md: what became of ONNX's own tests, operator by operator."""

from __future__ import annotations

import re
import tempfile
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import onnx

from tests.browser.writer.onnx_cases import Verdicts, convert_all
from tests.browser.writer.writer_cases import texts
from xport.errors import ConversionError
from xport.tfjs_writer.lower import supported_operators

HEAD = """# Operators of the direct writer

Written by `make goldens`. Every test that counts as passed is run in a browser on wasm and cpu by
`tests/browser/writer/test_onnx_backend.py`, and one in three of them on WebGL, where every shader
takes its time to compile; it fails if one backend differs. `make operators` runs all but the
function bodies on WebGL too. A refusal is an error that names operator, node and reason. Opsets 13
and newer; an ONNX file of opset 7 to 12 is raised by onnx's version converter, and what becomes of
it is held to ONNX Runtime.

{webgl}

*Passed*, *refused*: onnx {version}'s node tests, function bodies (`_expanded`) included. *Ours*:
graphs of `tests/browser/writer/writer_cases.py` with the operator in them, compared with ONNX
Runtime.

Inputs and outputs are carried as a file's are: half precision as float32, in which it is computed,
integers of other sizes as int32, and a number alone as one axis of 1. A test of half precision
allows two steps of its type.

Left out are tests whose tensors a TF.js signature cannot carry: {left_out}.
"""
DOCUMENT = Path(__file__).parents[3] / "docs" / "operators.md"
WEBGL = re.compile(r"^On WebGL, last: .*$", re.MULTILINE)
FOLDED = "Constant, ConstantOfShape, Range, Shape, Size"
WRITTEN_OUT = (
    "RNN", "GRU", "LSTM", "If", "Loop", "Scan", "QuantizeLinear", "DequantizeLinear",
    "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul",
)  # fmt: skip
"""Operators in whose place others are put before they are lowered; held to ONNX Runtime by
`tests/xport/onnx_graph`."""
CONTRIBUTED = "MatMulNBits, DynamicQuantizeLSTM"


def table() -> str:
    """The document, for the installed onnx; what it says of WebGL stays as it was written."""
    with tempfile.TemporaryDirectory() as folder:
        found = convert_all(Path(folder))
    return _document(found, WEBGL.findall(DOCUMENT.read_text())[0])


def write_webgl(models: int, wrong: int, browser: str) -> None:
    """Write into the document what became of the tests on WebGL today.

    Args:
        browser: name and version.
    """
    line = (
        f"On WebGL, last: {wrong} wrong of {models}, on {date.today().isoformat()}, "
        f"onnx {onnx.__version__}, {browser}."
    )
    DOCUMENT.write_text(WEBGL.sub(line, DOCUMENT.read_text(), count=1))


def passed_by_operator(document: str) -> dict[str, int]:
    """How many tests passed, from the document's table."""
    rows = re.findall(r"^\| (\w+) \| (\d+) \|", document, re.MULTILINE)
    return {operator: int(number) for operator, number in rows}


def _document(found: Verdicts, webgl: str) -> str:
    passed = Counter(found.operators[name] for name in found.cases)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for name, error in found.refused.items():
        reasons[found.operators[name]][_reason(error, found.operators[name])] += 1
    ours = _ours()
    known = supported_operators()
    lines = ["| operator | passed | ours | refused | |", "|---|---:|---:|---:|---|"]
    for operator in known:
        refused = reasons.pop(operator, Counter())
        words = "; ".join(f"{reason} ({n})" for reason, n in sorted(refused.items()))
        numbers = f"{passed[operator]} | {ours[operator]} | {refused.total()}"
        lines.append(f"| {operator} | {numbers} | {words} |")
    total = f"{len(found.cases)} passed, {len(found.refused)} refused, none failed."
    left_out = Counter(str(reason) for reason in found.left_out.values())
    version = onnx.__version__
    head = HEAD.format(version=version, left_out=_listed(left_out), webgl=webgl)
    rest = _rest(passed, reasons, known)
    return "\n".join([head, total, "", *lines, "", rest, *_refusals(found)])


def _refusals(found: Verdicts) -> list[str]:
    """Every refusal's words and remedy, and of how many tests."""
    said = Counter(
        (found.operators[name], re.sub(r"'[^']*'", "…", error.what), error.remedy)
        for name, error in found.refused.items()
    )
    rows = [
        f"| {operator} | {_cell(what)} | {_cell(remedy)} | {count} |"
        for (operator, what, remedy), count in sorted(said.items())
    ]
    head = ["| test of | what is said | remedy | tests |", "|---|---|---|---:|"]
    about = "Names of nodes and values are left out."
    return ["## What a refusal says", "", about, "", *head, *rows, ""]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _rest(passed: Counter[str], reasons: dict[str, Counter[str]], known: tuple[str, ...]) -> str:
    """Operators without a handler: what passes as a function's body, and what is refused."""
    others = {op: n for op, n in passed.items() if op not in known}
    bodies = Counter({op: n for op, n in others.items() if op not in WRITTEN_OUT})
    steps = ", ".join(f"{op} ({others.get(op, 0)})" for op in WRITTEN_OUT)
    refused = Counter({op: reason.total() for op, reason in reasons.items()})
    return (
        f"Folded where constants decide them: {FOLDED}.\n\n"
        f"Written out in other operators (tests of onnx's that pass): {steps}. Of ONNX Runtime's "
        f"own domain: {CONTRIBUTED}. Where the condition of an If is computed, so are both "
        "branches.\n\n"
        f"Without a handler, passed as the function body that ONNX defines: {_listed(bodies)}.\n\n"
        f"Not supported (refused tests): {_listed(refused)}.\n"
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{word} ({n})" for word, n in sorted(counts.items()))


def _reason(error: ConversionError, operator: str) -> str:
    """The reason without the names of nodes and values."""
    named = re.fullmatch(r"operator (\w+) of node '?.*?'?: (.*)", error.what, re.DOTALL)
    if named is None:
        words = re.sub(r"'[^']*'", "…", error.what).split(":")[0]
        return re.sub(r"(b?float8?\w*)$", "a type that numpy has not", words)
    if named[2].startswith("casts to"):
        return "casts to a type that TF.js has not"
    return named[2] if named[1] == operator else f"{named[1]} {named[2]}"


def _ours() -> Counter[str]:
    """Our graphs by operator."""
    return Counter(
        op for text in texts() for op in set(re.findall(r"([A-Z]\w+)(?:<.*?>)?\(", text.body))
    )
