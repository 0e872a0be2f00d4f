"""Signatures: every tensor of a model has a name of its own."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from xport.formats.artifact import Signature, TensorSpec


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(["x"], ["x"]), (["x"], ["y", "y"]), (["x", "x"], ["y"])]
)
def test_two_tensors_of_one_name_are_refused(inputs: list[str], outputs: list[str]) -> None:
    sides = [tuple(TensorSpec(name=n, shape=(1, 2)) for n in names) for names in (inputs, outputs)]
    with pytest.raises(ValidationError, match=r"two tensors are named '\w'; give every one"):
        Signature(inputs=sides[0], outputs=sides[1])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dtype": "float32"}, "only integers have them, not float32"),
        ({"values": (3, 2)}, "the least comes first"),
        ({"values": (0, 2**31)}, "less than 2147483648"),
    ],
)
def test_values_are_those_of_integers_in_order(changes: dict[str, object], words: str) -> None:
    given = {"name": "x", "shape": (1, 2), "dtype": "int32", "values": (0, 9)}
    with pytest.raises(ValidationError, match=words):
        TensorSpec.model_validate(given | changes)


def test_a_file_knows_no_values_and_what_says_none_is_written_as_before() -> None:
    plain = TensorSpec(name="x", shape=(1, 2), dtype="int32")
    ranged = plain.model_copy(update={"values": (0, 9)})
    outputs = (TensorSpec(name="y", shape=(1, 2)),)
    said, found = (Signature(inputs=(one,), outputs=outputs) for one in (ranged, plain))
    said.require_same(found)
    assert plain.model_dump() == {"name": "x", "shape": (1, 2), "dtype": "int32"}
    assert TensorSpec.model_validate_json(ranged.model_dump_json()) == ranged
    with pytest.raises(ValidationError, match="values are declared of inputs alone"):
        Signature(inputs=outputs, outputs=(ranged,))
