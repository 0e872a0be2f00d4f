"""A minimal model on disk that shows a divergence again, and running it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from reference.document import folder_made_whole
from xport.common.arrays import Array, Tensors
from xport.common.document import Document
from xport.divergence.onnx_model import How, OnnxModel, OnnxSide, execute
from xport.divergence.points import NOTHING, CannotCompute, Point, Side
from xport.divergence.statistics import Distance, Statistics, distance, statistics
from xport.divergence.tf_side import SavedModelSide, fetched, tensor
from xport.divergence.tfjs_cut import Tap, cut
from xport.divergence.tfjs_side import STORED, Execute, OtherShape, TfjsSide
from xport.divergence.words import described, worst_line
from xport.errors import InputError
from xport.formats.artifact import Signature
from xport.formats.onnx_file import MODEL as ONNX_FILE
from xport.toolchains.tensorflow import Job, TensorflowWorker
from xport.toolchains.worker import load

DOCUMENT = "reproducer.json"
MODEL_FOLDER = "model"
EXPECTED = "expected.npy"
GRAPH = "graph.pb"


class Reproducer(Document):
    """What lies in the folder: a model that is one node, or the few that stand for one.

    `inputs` are the files of the inputs by name, `output` the name of the output that is compared
    with `expected.npy`, `tolerance` what it may be off. `backend` is the browser's, None outside
    of one: an ONNX file is run as `how` says, and of a graph of TensorFlow `tensors` are fed.
    """

    schema_version: Literal[1] = 1
    model: str
    leg: str
    node: str
    output: str
    inputs: dict[str, str]
    tolerance: float
    backend: str | None = None
    how: How | None = None
    signature: Signature | None = None
    tensors: dict[str, str] | None = None
    threads: int | None = None


class Reproduced(Document):
    """What came of running it."""

    reproducer: Reproducer
    expected: Statistics
    found: Statistics
    distance: Distance

    @property
    def over(self) -> bool:
        """Whether it is off by more than its tolerance; NaN is."""
        return not self.distance.max_abs <= self.reproducer.tolerance


def write(
    folder: Path, side: Side, point: Point, inputs: Tensors, told: Reproducer, expected: Array
) -> None:
    """Write the model of one point, fed with what is given, into a folder of its own.

    Args:
        inputs: the model's own inputs, and the values that are fed, by name.
        told: what is known of the target; names and files are filled in.
        expected: what the point should be, in the value's own order of axes.

    Raises:
        InputError: the folder is there and is no reproducer; it is left as it is.
    """
    if is_reproducer(folder):
        shutil.rmtree(folder)
    elif folder.exists():
        raise InputError("is there, and is no reproducer", str(folder), "name another --out")
    with folder_made_whole(folder) as staging:
        (staging / MODEL_FOLDER).mkdir()
        if isinstance(side, TfjsSide):
            done, arrays = _tfjs(staging / MODEL_FOLDER, side, point, inputs, told)
        elif isinstance(side, SavedModelSide):
            done, arrays = _tensorflow(staging / MODEL_FOLDER, side, point, inputs, told)
        else:
            assert isinstance(side, OnnxSide)
            done, arrays = _onnx(staging / MODEL_FOLDER, side, point, inputs, told)
        files = {name: f"input-{place}.npy" for place, name in enumerate(arrays)}
        for name, file in files.items():
            np.save(staging / file, arrays[name], allow_pickle=False)
        np.save(staging / EXPECTED, point.stored(expected), allow_pickle=False)
        done.model_copy(update={"inputs": files}).write(staging / DOCUMENT)


def _tfjs(
    folder: Path, side: TfjsSide, point: Point, inputs: Tensors, told: Reproducer
) -> tuple[Reproducer, dict[str, Array]]:
    taps, arrays = side.taps({n: a for n, a in inputs.items() if _is_point(side, n)})
    output = Tap("output", point.ref, point.stored_shape, STORED[point.dtype])
    signature = cut(side.model, folder, side.signature, [output], taps)
    arrays |= {n: np.asarray(a) for n, a in inputs.items() if n not in arrays}
    taken = {spec.name: arrays[spec.name] for spec in signature.inputs}
    return told.model_copy(update={"output": "output", "signature": signature}), taken


def _onnx(
    folder: Path, side: OnnxSide, point: Point, inputs: Tensors, told: Reproducer
) -> tuple[Reproducer, dict[str, Array]]:
    import onnx

    fed = {n: a for n, a in inputs.items() if _is_point(side, n)}
    made = side.model.cut([point.ref], fed)
    onnx.save(made, str(folder / ONNX_FILE))
    taken = [value.name for value in made.graph.input]
    named = {**{f"fed|{n}": a for n, a in fed.items()}, **inputs}
    update = {"output": point.ref, "how": side.model.how}
    return told.model_copy(update=update), {name: np.asarray(named[name]) for name in taken}


def _tensorflow(
    folder: Path, side: SavedModelSide, point: Point, inputs: Tensors, told: Reproducer
) -> tuple[Reproducer, dict[str, Array]]:
    own = side.nodes.opened.inputs
    refs = {one.value: tensor(one.ref) for one in side.points}
    tensors = {name: own.get(name) or refs[name] for name in inputs}
    side.worker.extract(tensor(point.ref), list(tensors.values()), folder / GRAPH)
    update = {"output": tensor(point.ref), "tensors": tensors}
    return told.model_copy(update=update), {n: np.asarray(a) for n, a in inputs.items()}


def _is_point(side: Side, name: str) -> bool:
    return any(point.value == name for point in side.points)


def is_reproducer(folder: Path) -> bool:
    """Whether a folder holds what `write` makes."""
    return (folder / DOCUMENT).is_file()


def run(folder: Path, told: Reproducer, runs: Execute) -> Reproduced:
    """Run the model of a folder on its inputs, and compare; `runs` runs TF.js models.

    Raises:
        InputError: a file is missing or cannot be read.
    """
    inputs = {name: _array(folder / file) for name, file in told.inputs.items()}
    expected = _array(folder / EXPECTED)
    try:
        array = _found(folder / MODEL_FOLDER, told, inputs, runs)
    except OtherShape as error:
        array = error.array()
    except CannotCompute:
        array = NOTHING
    return Reproduced(
        reproducer=told,
        expected=statistics(expected),
        found=statistics(array),
        distance=distance(array, expected),
    )


def _found(folder: Path, told: Reproducer, inputs: Tensors, runs: Execute) -> Array:
    """What the model in a folder says."""
    if told.signature is not None:
        return runs(folder, told.signature, inputs)[told.output]
    if told.tensors is not None:
        return _in_tensorflow(folder / GRAPH, told, told.tensors, inputs)[told.output]
    proto = OnnxModel(folder / ONNX_FILE).proto
    return execute(proto, inputs, told.how or "none")[told.output]


def _in_tensorflow(
    graph: Path, told: Reproducer, tensors: Mapping[str, str], inputs: Tensors
) -> dict[str, Array]:
    with TensorflowWorker() as worker:
        worker.open_frozen(graph)
        files = worker.save(inputs)
        fed = {tensors[name]: file for name, file in files.items()}
        job = Job(wanted=(told.output,), fed=fed)
        return load(fetched(worker, [job], worker.folder).outputs)


def _array(path: Path) -> Array:
    try:
        found: Array = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read: {error}", str(path), "run `xport debug` on the run again"
        ) from error
    return found


def lines(done: Reproduced) -> Sequence[str]:
    """What came of it, for a terminal."""
    told, away = done.reproducer, done.distance
    verdict = "over" if done.over else "within"
    return (
        f"{told.node} of {told.model} on {told.leg}: off by {away.max_abs:.3g}, {verdict} its "
        f"tolerance of {told.tolerance:.3g}",
        f"expected  {described(done.expected)}",
        f"found     {described(done.found)}",
        *worst_line(away),
    )
