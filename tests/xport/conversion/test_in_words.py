"""What tools raise becomes one line: what, where, and the remedy."""

from __future__ import annotations

import errno

import onnx
import pytest
from pydantic import BaseModel

from xport.conversion.in_words import crashed, in_words, node_in
from xport.errors import ConversionError, InputError, RunnerCrashed, UnavailableError, XportError


class Record(BaseModel):
    """Something that pydantic validates."""

    size: int


def raised(error: BaseException) -> XportError:
    with pytest.raises(XportError) as caught, in_words("onnx_from_torch", "torch cannot export m"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        TypeError("'>' not supported"), KeyError("out"), ValueError("a\nb\n\npages of advice"),
        RuntimeError("Could not run"), AssertionError(), IndexError("list index out of range"),
        NotImplementedError("aten::foo"), RecursionError("maximum depth"), AttributeError("x"),
        onnx.checker.ValidationError("bad"), onnx.shape_inference.InferenceError("differ"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_every_error_of_a_tool_is_one_line_of_its_stage(error: Exception) -> None:
    found = raised(error)
    assert isinstance(found, ConversionError)
    assert "\n" not in str(found)
    assert str(found).startswith("onnx_from_torch: torch cannot export m: ")
    assert "choose another opset or exporter" in found.remedy
    assert "pages of advice" not in str(found)


def test_pydantic_s_pages_are_one_line() -> None:
    with pytest.raises(ConversionError) as caught, in_words("tfjs_from_onnx"):
        Record.model_validate({"size": "large"})
    assert "\n" not in str(caught.value)
    assert "size" in caught.value.what


def test_our_own_errors_pass_unchanged() -> None:
    own = InputError("is wrong", "key", "mend it")
    assert raised(own) is own


def test_the_machine_s_own_refusals_are_no_fault_of_the_model() -> None:
    assert isinstance(raised(MemoryError()), UnavailableError)
    full = raised(OSError(errno.ENOSPC, "No space left on device", "/store/model.onnx"))
    assert isinstance(full, UnavailableError)
    assert "/store/model.onnx" in str(full)


def test_a_keyboard_interrupt_is_none_of_ours() -> None:
    with pytest.raises(KeyboardInterrupt), in_words("onnx_from_torch"):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("(op_type:MaxPool, node name: /p/MaxPool): Inferred shape and existing shape differ",
         "operator MaxPool of node '/p/MaxPool'"),
        ("Non-zero status code returned while running ConvTranspose node. Name:'/c/ConvTranspose' "
         "Status Message: inconsistent", "operator ConvTranspose of node '/c/ConvTranspose'"),
        ("Node (/r/Resize) Op (Resize) [ShapeInferenceError] sizes", "operator Resize of node "
         "'/r/Resize'"),
        ("no node at all", ""),
    ],
)  # fmt: skip
def test_nodes_are_named_as_everywhere_else(message: str, words: str) -> None:
    assert node_in(message) == words
    assert words in raised(RuntimeError(message)).what


def test_a_library_that_crashes_is_named_by_its_stage() -> None:
    died = RunnerCrashed("the worker process died with signal SIGABRT", "", "", "last words\nmore")
    found = crashed("onnx_from_torch", died)
    assert isinstance(found, ConversionError)
    assert "SIGABRT: a library that the stage uses crashed" in found.what
    assert "\n" not in str(found)
    starved = crashed("onnx_from_torch", RunnerCrashed("died with signal SIGKILL (out of memory?)"))
    assert isinstance(starved, RunnerCrashed)
    assert "memory" in starved.remedy
