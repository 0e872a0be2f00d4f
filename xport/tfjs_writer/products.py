"""Matrix products."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from xport.onnx_graph.graph import Node, refuse
from xport.tfjs_writer.elementwise import require_float
from xport.tfjs_writer.lowering import Lowering, lowers
from xport.tfjs_writer.operands import Operands, operand
from xport.tfjs_writer.tensor import Tensor, plain_axes


@lowers("Gemm")
def gemm(low: Lowering, node: Node) -> None:
    """Alpha · A' · B' + beta · C; the transpositions are flags, so that B is stored once."""
    require_float(low, node)
    a, b = low.plain(node.inputs[0]), low.plain(node.inputs[1])
    trans = bool(node.get("transA", 0)), bool(node.get("transB", 0))
    inner = a.shape[0 if trans[0] else 1], b.shape[1 if trans[1] else 0]
    if inner[0] != inner[1]:
        raise refuse(node, f"multiplies rows of {inner[0]} by columns of {inner[1]}")
    shape = low.shape(node.outputs[0])
    out = low.emit("MatMul", [a, b], shape, transpose_a=trans[0], transpose_b=trans[1])
    if node.get("alpha", 1.0) != 1.0:
        out = low.emit("Mul", [out, low.scalar(node.get("alpha", 1.0))], shape)
    if len(node.inputs) > 2 and node.inputs[2]:
        out = _plus_bias(low, node, out)
    low.write(node.outputs[0], out)


def _plus_bias(low: Lowering, node: Node, out: Tensor) -> Tensor:
    bias = operand(low, node.inputs[2], plain_axes(2))
    beta = float(node.get("beta", 1.0))
    if beta != 1.0:
        bias = low.compute("Mul", [bias, low.scalar(beta)], bias.shape)
    if bias.shape == (out.shape[1],):
        return low.emit("BiasAdd", [out, bias], out.shape)
    return Operands((out, bias), plain_axes(2)).combined(low, "AddV2")


@lowers("MatMul")
def matmul(low: Lowering, node: Node) -> None:
    """numpy.matmul: batches broadcast, vectors are rows on the left and columns on the right."""
    require_float(low, node)
    (a, turned_a), (b, turned_b) = (_operand(low, name) for name in node.inputs)
    if a.rank == 1:
        a = low.reshape(a, (1, *a.shape))
    if b.rank == 1:
        b = low.reshape(b, (*b.shape, 1))
    if b.rank == 2 and a.rank > 2 and not turned_a:  # one matrix for every batch: a taller product
        a = low.reshape(a, (math.prod(a.shape[:-1]), a.shape[-1]))
    rows, columns = a.shape[-1 if turned_a else -2], b.shape[-2 if turned_b else -1]
    if a.rank == b.rank == 2:
        out = low.emit("MatMul", [a, b], (rows, columns), transpose_a=turned_a,
                       transpose_b=turned_b)  # fmt: skip
    else:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = (_batched(low, node, one, batch) for one in (a, b))
        shape = (math.prod(batch), rows, columns)
        out = low.emit("BatchMatMulV2", [a, b], shape, adj_x=turned_a, adj_y=turned_b)
    low.write(node.outputs[0], low.reshape(out, low.shape(node.outputs[0])))


def _operand(low: Lowering, name: str) -> tuple[Tensor, bool]:
    """A factor, and whether its last two axes are stored the other way round.

    The product turns them for nothing, so what is stored last stays there.
    """
    x = low.any(name)
    plain = plain_axes(x.rank)
    if low.constant(name) is None and x.rank >= 2 and x.axes[-1] == x.rank - 2:
        turned = low.as_axes(name, (*plain[:-2], plain[-1], plain[-2]))
        return replace(turned, axes=plain), True
    return low.plain(name), False


def _batched(low: Lowering, node: Node, x: Tensor, batch: tuple[int, ...]) -> Tensor:
    """Batches broadcast and flattened to one axis, since every backend has rank 3."""
    if math.prod(batch) == 0:
        raise refuse(node, "has no elements")
    matrix = x.shape[-2:]
    if math.prod(x.shape[:-2]) == 1:
        return low.reshape(x, (1, *matrix))  # products broadcast a single batch themselves
    full = low.reshape(x, (1,) * (len(batch) + 2 - x.rank) + x.shape)
    goal = (*batch, *matrix)
    if full.shape != goal:
        full = low.emit("BroadcastTo", [full, low.ints(goal)], goal)
    return low.reshape(full, (math.prod(batch), *matrix))


@lowers("Einsum")
def einsum(low: Lowering, node: Node) -> None:
    """A product of two values, or sums over one: letters that repeat or `...` are refused."""
    require_float(low, node)
    equation = _Equation.of(node)
    if len(equation.terms) == 1:
        out = _summed(low, low.plain(node.inputs[0]), equation.terms[0], equation.out)
        low.write(node.outputs[0], low.permute(*_labelled(out, equation.out)))
        return
    left, right = equation.terms
    x, y = (
        _summed(low, low.plain(name), term, other + equation.out)
        for name, term, other in ((node.inputs[0], left, right), (node.inputs[1], right, left))
    )
    out = _contracted(low, x, y, equation.out)
    low.write(node.outputs[0], low.permute(*_labelled(out, equation.out)))


@dataclass(frozen=True)
class _Equation:
    """The letters of each input and of the output."""

    terms: tuple[str, ...]
    out: str

    @classmethod
    def of(cls, node: Node) -> _Equation:
        left, arrow, out = node.get("equation", "").replace(" ", "").partition("->")
        terms = tuple(left.split(","))
        if not arrow:
            letters = "".join(terms)
            out = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        if "." in left or len(terms) > 2 or any(len(set(t)) < len(t) for t in (*terms, out)):
            raise refuse(node, f"equation {node.get('equation')!r} is not supported")
        return cls(terms, out)


@dataclass(frozen=True)
class _Lettered:
    """A tensor whose stored axes have letters."""

    tensor: Tensor
    letters: str

    def sizes(self) -> dict[str, int]:
        return dict(zip(self.letters, self.tensor.shape, strict=True))


def _labelled(x: _Lettered, out: str) -> tuple[Tensor, tuple[int, ...]]:
    """The tensor with its axes as those of the output, and the order that ONNX wants."""
    axes = tuple(out.index(letter) for letter in x.letters)
    return replace(x.tensor, axes=axes), plain_axes(len(out))


def _summed(low: Lowering, x: Tensor, letters: str, kept: str) -> _Lettered:
    """Sum over the letters that nothing else has."""
    gone = [i for i, letter in enumerate(letters) if letter not in kept]
    if gone:
        shape = [size for i, size in enumerate(x.shape) if i not in gone]
        x = low.emit("Sum", [x, low.ints(gone)], shape, keep_dims=False)
    return _Lettered(x, "".join(c for c in letters if c in kept))


def _contracted(low: Lowering, x: _Lettered, y: _Lettered, out: str) -> _Lettered:
    """One batched matrix product: letters are of the batch, of one factor, or summed over."""
    sizes = x.sizes() | y.sizes()
    both = [c for c in x.letters if c in y.letters]
    batch, summed = ("".join(c for c in both if (c in out) is kept) for kept in (True, False))
    rows, columns = ("".join(c for c in one.letters if c not in both) for one in (x, y))

    def matrix(one: _Lettered, first: str, second: str) -> Tensor:
        order = tuple(one.letters.index(c) for c in batch + first + second)
        moved = low.permute(replace(one.tensor, axes=plain_axes(one.tensor.rank)), order)
        goal = [math.prod(sizes[c] for c in group) for group in (batch, first, second)]
        return low.reshape(moved.as_stored, goal)

    a, b = matrix(x, rows, summed), matrix(y, summed, columns)
    product = low.emit("BatchMatMulV2", [a, b], (a.shape[0], a.shape[1], b.shape[2]),
                       adj_x=False, adj_y=False)  # fmt: skip
    letters = batch + rows + columns
    return _Lettered(low.reshape(product, [sizes[c] for c in letters]), letters)
