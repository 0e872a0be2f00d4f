"""The toolchain of the paper's route, onnx-tf and tensorflowjs: its commands and replies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from xport.common.document import Document
from xport.formats.artifact import Signature, TensorSpec
from xport.toolchains.toolchain import HERE, Toolchain
from xport.toolchains.worker import Done, Worker

TENSORFLOW = Toolchain(
    name="tensorflow",
    title="TensorFlow route",
    python="3.11",
    packages=("tensorflow", "onnx-tf", "tensorflowjs", "tensorflow-addons"),
    elsewhere="on Python 3.11 `pip install 'xport-tfjs[tensorflow]'`",
    lock=HERE / "tensorflow.lock",
    program=HERE / "tensorflow_worker.py",
)
SIGNATURE = "serving_default"
"""The name under which a SavedModel is called."""


class UnknownOperator(Document):
    """A node whose operator onnx-tf does not know."""

    op: str
    name: str


class Sides(Document):
    """The tensors of a SavedModel, as TensorFlow tells them; any of them may be unusable here."""

    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]


class Translation(Document):
    """What came of an ONNX model of an opset: a SavedModel with its signature, or why none.

    `known_opset` is the greatest lower one without the unknown operators, if there is one.
    """

    opset: int
    signature: Sides | None = None
    refused: str = ""
    unknown: tuple[UnknownOperator, ...] = ()
    known_opset: int | None = None


class Shipping(Document):
    """What came of a SavedModel: each output's name by its tensor's, or why nothing did."""

    names: dict[str, str] = Field(default_factory=dict)
    refused: str = ""


class Loaded(Document):
    """A SavedModel is open; importing TensorFlow is in the seconds."""

    seconds: float


class Ran(Document):
    """The files of the outputs by name, and the seconds of the call, copies to numpy included."""

    outputs: dict[str, str]
    seconds: float


class OpenGraph(Document):
    """A frozen SavedModel is open: the tensors of its inputs and outputs by their names.

    `graph` is the file of its nodes in protobuf's JSON form, `constants` the files of theirs.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    graph: str
    constants: dict[str, str]


class Fetched(Document):
    """The files of tensors, by the tensors' names."""

    outputs: dict[str, str]


class Job(Document):
    """Tensors that are wanted together, and the files of those that are given, by name."""

    wanted: tuple[str, ...]
    fed: dict[str, str]


class TensorflowWorker(Worker):
    """The worker with its commands as methods; errors as in `Worker.ask`."""

    def __init__(self) -> None:
        super().__init__(TENSORFLOW)

    def check(self) -> None:
        """Import everything once."""
        self.ask("check", Done)

    def saved_model_from_onnx(self, model: Path, folder: Path, least_opset: int) -> Translation:
        """Translate an ONNX file into a SavedModel; `least_opset` ends the search for a lower."""
        return self.ask(
            "saved_model_from_onnx",
            Translation,
            model=str(model),
            folder=str(folder),
            signature=SIGNATURE,
            least_opset=least_opset,
        )

    def tfjs_from_saved_model(self, saved_model: Path, folder: Path, shard_bytes: int) -> Shipping:
        """Convert a SavedModel into model.json and its shards."""
        return self.ask(
            "tfjs_from_saved_model",
            Shipping,
            saved_model=str(saved_model),
            folder=str(folder),
            signature=SIGNATURE,
            shard_bytes=shard_bytes,
        )

    def load(self, folder: Path) -> Loaded:
        """Open a SavedModel."""
        return self.ask("load", Loaded, folder=str(folder), signature=SIGNATURE)

    def run(self, inputs: dict[str, str], folder: Path) -> Ran:
        """Execute the open model on arrays in files; the outputs are written into a folder."""
        return self.ask("run", Ran, inputs=inputs, folder=str(folder))

    def open_graph(self, folder: Path, into: Path) -> OpenGraph:
        """Freeze a SavedModel, open its graph, and write that and its constants into a folder."""
        return self.ask(
            "open_graph", OpenGraph, folder=str(folder), signature=SIGNATURE, into=str(into)
        )

    def open_frozen(self, path: Path) -> None:
        """Open a graph that `extract` wrote."""
        self.ask("open_frozen", Done, path=str(path))

    def tensors(self, jobs: Sequence[Job], folder: Path) -> Fetched:
        """Tensors of the open graph, written into a folder; a fed one is not computed."""
        told = [job.model_dump(mode="json") for job in jobs]
        return self.ask("tensors", Fetched, jobs=told, folder=str(folder))

    def extract(self, wanted: str, fed: Sequence[str], path: Path) -> None:
        """Write what a tensor of the open graph is computed from the fed ones by."""
        self.ask("extract", Done, wanted=wanted, fed=list(fed), path=str(path))


def signature_of(sides: Sides) -> Signature:
    """A SavedModel's tensors as xport carries them.

    Raises:
        ValidationError: a dimension is open, or a dtype or name is not carried.
    """
    return Signature(
        inputs=tuple(TensorSpec(**spec) for spec in sides.inputs),
        outputs=tuple(TensorSpec(**spec) for spec in sides.outputs),
    )
