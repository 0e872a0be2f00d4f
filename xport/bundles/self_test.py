"""The self-test that a bundle carries: recorded inputs, PyTorch's outputs and how near to stay.

The page plays it on the device that it finds itself on. It holds the numbers of the run, no new
ones, and the limits of the verdict.

Twin: `app/host/self_test.ts` and `app/host/comparison.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field

from xport.bundles.manifest import DataFile, write_file
from xport.common import digests
from xport.common.arrays import Tensors
from xport.common.document import Document

FOLDER = "self_test"
SELF_TEST = f"{FOLDER}/self_test.json"


class SelfTestCase(Document):
    """One probe: its inputs and PyTorch float32's outputs, by name; on disk `inputs`, `outputs`.

    A file holds the values in C order, little-endian; dtype and shape are the signature's.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    probe: str
    input_files: dict[str, DataFile] = Field(
        validation_alias="inputs", serialization_alias="inputs"
    )
    output_files: dict[str, DataFile] = Field(
        validation_alias="outputs", serialization_alias="outputs"
    )


class OutputTolerance(Document):
    """The largest absolute error of an output, in every case: the policy's."""

    output: str
    max_abs: float = Field(gt=0, allow_inf_nan=False)
    because: str


class OutputRelativeTolerance(Document):
    """How alike an output must be: in every case by cosine, over all cases by relative L2.

    `max_relative_l2` is the limit of the verdict, a multiple of PyTorch float32's own distance from
    float64. Over all cases: the root of the sum of squared differences over that of squared
    references.
    """

    output: str
    min_cosine: float = Field(gt=0, le=1)
    max_relative_l2: float = Field(ge=0, allow_inf_nan=False)
    because: str


class SelfTestModel(Document):
    """The cases of one model, and an absolute or relative tolerance for each of its outputs."""

    cases: tuple[SelfTestCase, ...] = Field(min_length=1)
    tolerances: tuple[OutputTolerance, ...]
    likenesses: tuple[OutputRelativeTolerance, ...]

    def bounded(self) -> list[str]:
        """The outputs that have a bound, each as often as it has one."""
        return [one.output for one in self.tolerances] + [one.output for one in self.likenesses]


class PictureInputs(Document):
    """An image file of the bundle, and the SHA-256 of the input it becomes, by model.

    On disk `digest_by_model` is `inputs`.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    path: str
    digest_by_model: dict[str, str] = Field(validation_alias="inputs", serialization_alias="inputs")


class SelfTest(Document):
    """self_test.json: what a device has to compute before its numbers are believed.

    Published pages read it, so the keys of version 1 stay: `likenesses` are the policy's relative
    tolerances, `because` is its rationale.
    """

    schema_version: Literal[1] = 1
    models: dict[str, SelfTestModel] = Field(min_length=1)
    pictures: tuple[PictureInputs, ...] = ()


@dataclass(frozen=True)
class RecordedCase:
    """A probe with its inputs and reference outputs as arrays, by name."""

    probe: str
    inputs: Tensors
    outputs: Tensors


@dataclass(frozen=True)
class RecordedCases:
    """What is written of one model."""

    cases: Sequence[RecordedCase]
    tolerances: Sequence[OutputTolerance] = ()
    relative_tolerances: Sequence[OutputRelativeTolerance] = ()


def write_self_test(
    folder: Path, models: Mapping[str, RecordedCases], pictures: Sequence[PictureInputs] = ()
) -> DataFile:
    """Write the self-test of the bundle at `folder`; equal arrays share one file.

    Returns:
        The entry of `self_test.json`.
    """
    written: dict[str, DataFile] = {}

    def files(place: str, arrays: Tensors) -> dict[str, DataFile]:
        found = {}
        for name, array in arrays.items():
            data = digests.bytes_of(array)
            digest = digests.of_bytes(data)
            if digest not in written:
                path = f"{FOLDER}/{place}-{name}.bin"
                written[digest] = write_file(folder, path, data)
            found[name] = written[digest]
        return found

    document = SelfTest(
        models={
            model: SelfTestModel(
                cases=tuple(
                    SelfTestCase(
                        probe=case.probe,
                        input_files=files(f"{model}-{index}-in", case.inputs),
                        output_files=files(f"{model}-{index}-out", case.outputs),
                    )
                    for index, case in enumerate(recorded.cases)
                ),
                tolerances=tuple(recorded.tolerances),
                likenesses=tuple(recorded.relative_tolerances),
            )
            for model, recorded in models.items()
        },
        pictures=tuple(pictures),
    )
    return write_file(folder, SELF_TEST, (document.model_dump_json(indent=2) + "\n").encode())
