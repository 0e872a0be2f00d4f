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
