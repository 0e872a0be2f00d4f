"""Whatever a tool raises while it works on a model, as one line: what, where and the remedy.

torch's exporters, onnx's checker and inference, ONNX Runtime and pydantic raise errors of every
type for a model that they do not take. Every stage runs inside `in_words`, so none has to know all.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from reference.system_errors import refusal
from xport.common.raised import one_line
from xport.errors import ConversionError, RunnerCrashed, UnavailableError, XportError

REMEDIES = {
    "torch_from_factory": "check the factory, and what the release file says of it",
    "onnx_from_torch": "replace the operator in the module, or choose another opset or exporter",
    "onnx": "export the model anew, with another opset or without the operator",
    "onnx_from_file": "export the model anew, with another opset or without the operator",
}
"""By stage."""
REMEDY = "replace the operator in the module"

_NODES = (
    re.compile(r"op_type:\s*(?P<op>\w+), node name:\s*(?P<node>[^)]+)\)"),
    re.compile(r"running (?P<op>\w+) node\. Name:'(?P<node>[^']*)'"),
    re.compile(r"Node:?\s*\((?P<node>[^)]+)\) Op:?\s*\((?P<op>\w+)\)"),
    re.compile(r"Node \((?P<node>[^)]+)\).*?(?:implementation for|Op \()\s*(?P<op>\w+)"),
)
"""How onnx and ONNX Runtime name the node that they stumble over."""
_NOISE = re.compile(
    r"\[ONNXRuntimeError\] : \d+ : \w+ : |\[(?:Shape|Type)InferenceError\] |"
    r"[\w./-]+\.(?:cc|h|cpp):\d+ (?:(?:[^\s(]+ )*?[^\s(]*::[^\s(]+"
    r"\((?:[^()]|\([^()]*\))*\)(?: const)?(?: \[with [^\]]*\])? ?|\S+ ?)|"
    r"Non-zero status code returned while "
)
NAMED = 5
"""How many nodes a refusal names."""
_LAYERS = "torch/nn/functional.py"
_OVERLOAD = re.compile(r"<OpOverload\(op='([\w.]+)', overload='\w+'\)>")


@contextmanager
def in_words(stage: str, doing: str = "") -> Iterator[None]:
    """What is raised within and is no error of ours, as a ConversionError of the stage.

    Args:
        stage: the stage's name.
        doing: what was going on, such as "torch.onnx cannot export make:build".

    Raises:
        ConversionError: a tool raised something; the node is named where the tool names one.
        UnavailableError: memory, rights or room are wanting.
    """
    try:
        yield
    except XportError:
        raise
    except MemoryError as error:
        raise UnavailableError(
            "memory ran out", stage, "free memory, or use a smaller one"
        ) from error
    except OSError as error:
        known = refusal(error)
        if known is None:
            raise _in_words(stage, doing, error) from error
        raise known from error
    except Exception as error:
        raise _in_words(stage, doing, error) from error


def _in_words(stage: str, doing: str, error: BaseException) -> ConversionError:
    said = reason(error)
    begun = f"{doing}: " if doing else ""
    node = node_in(said)
    place = f"{node}: " if node and node not in said else _layer_of(error)
    kind = "" if _says_enough(error) else f"{type(_first(error)).__name__}: "
    return ConversionError(f"{begun}{place}{kind}{said}", stage, REMEDIES.get(stage, REMEDY))


def crashed(stage: str, error: RunnerCrashed) -> XportError:
    """A library that ended the whole process: of a memory that is too small, or of a fault."""
    if "SIGKILL" in error.what:
        return RunnerCrashed(error.what, stage, "free memory, or use a smaller model")
    return ConversionError(
        f"{error.what}: a library that the stage uses crashed", stage, REMEDIES.get(stage, REMEDY)
    )


def reason(error: BaseException) -> str:
    """What went wrong first, in one paragraph; exporters wrap it in pages of advice."""
    said = one_line(_first(error))
    said = _OVERLOAD.sub(r"operator \1", _NOISE.sub("", said)).strip()
    return said or type(_first(error)).__name__


def node_in(message: str) -> str:
    """Operator and node that a tool's message names, in our words; empty where it names none."""
    for pattern in _NODES:
        found = pattern.search(message)
        if found:
            return f"operator {found['op']} of node {found['node']!r}"
    return ""


def _layer_of(error: BaseException) -> str:
    """The function of torch.nn.functional that was running, if one was."""
    names = [
        frame.f_code.co_name
        for frame, _ in traceback.walk_tb(_first(error).__traceback__)
        if frame.f_code.co_filename.endswith(_LAYERS) and not frame.f_code.co_name.startswith("_")
    ]
    return f"in {names[-1]}: " if names and names[-1] != "fn" else ""


def _first(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _says_enough(error: BaseException) -> bool:
    """Whether the type adds nothing to the message: a tool's own, or the plainest."""
    kind = type(_first(error))
    own = kind.__module__.split(".")[0] in {"torch", "onnx", "onnxruntime", "pydantic_core"}
    return own or kind is RuntimeError


def listed(refused: Sequence[str]) -> str:
    """What a refusal names: the first few, and how many more there are."""
    more = f"; and {len(refused) - NAMED} more" if len(refused) > NAMED else ""
    return f"{'; '.join(refused[:NAMED])}{more}"
