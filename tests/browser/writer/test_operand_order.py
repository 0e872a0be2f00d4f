"""Operands in different orders of axes, in a real browser: what ONNX Runtime says comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from browser_harness.drive.models import ModelSource
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.writer.networks import Network
from tests.browser.writer.onnx_cases import Case
from tests.browser.writer.operand_cases import Sheet, sheets
from xport.common.arrays import Array
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.formats.tfjs_model import signature_of

RELATIVE, ABSOLUTE = 1e-5, 2e-6
"""A few roundings of float32."""

Settings = Callable[..., BrowserSettings]


class Formula(nn.Module):
    """What a module computes of `x`, with a constant `c` and a convolution of four channels."""

    def __init__(self, compute: Callable[..., torch.Tensor], constant: torch.Tensor) -> None:
        super().__init__()
        self.compute, self.conv = compute, nn.Conv2d(4, 4, 1)
        self.register_buffer("constant", constant)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.compute(x, self.constant, self.conv)


def _triangle(size: int) -> torch.Tensor:
    return torch.ones(size, size).triu(1).bool()


def _formulas() -> dict[str, Network]:
    """How people write it: a constant mask, row, column or choice beside what was transposed."""
    torch.manual_seed(7)

    def network(
        compute: Callable[..., torch.Tensor], constant: torch.Tensor, *shape: int
    ) -> Network:
        return Network(Formula(compute, constant).eval(), torch.randn(shape))

    choice = torch.randn(4, 4, 4) > 0
    return {
        "masked": network(lambda x, c, _: x.t().masked_fill(c, -9.0), _triangle(5), 5, 5),
        "row_first": network(lambda x, c, _: c - x.t(), torch.randn(5), 5, 5),
        "column_first": network(
            lambda x, c, _: c + x.permute(2, 0, 1), torch.randn(5, 1), 5, 5, 5
        ),
        "chosen": network(
            lambda x, c, conv: torch.where(c, conv(x), torch.zeros(())), choice, 4, 4, 4, 4
        ),
        "chosen_by_one_for_all": network(
            lambda x, c, conv: torch.where(c.expand(4, 4, 4, 4), conv(x), 0.0),
            choice, 4, 4, 4, 4,
        ),
        "column_first_oblong": network(
            lambda x, c, _: c + x.permute(2, 0, 1), torch.randn(2, 1), 2, 3, 4
        ),
        "chosen_oblong": network(
            lambda x, c, conv: torch.where(c[:, :3, :2], conv(x), torch.zeros(())),
            choice, 2, 4, 3, 2,
        ),
        "added_to_a_product": network(
            lambda x, c, _: torch.addmm(x.t(), c, x), torch.randn(5, 5), 5, 5
        ),
    }  # fmt: skip


def wrong(session: BrowserSession, sheet: Sheet, case: Case) -> list[str]:
    """The cases of a sheet that do not come out as ONNX Runtime has them."""
    found = session.run(case.name, case.inputs).outputs
    assert found.keys() == case.outputs.keys()
    return [sheet.labels[name] for name in found if not _alike(found[name], case.outputs[name])]


def _alike(found: Array, expected: Array) -> bool:
    dtype = np.int32 if expected.dtype == np.int64 else expected.dtype
    if (found.shape, found.dtype) != (expected.shape, dtype):
        return False
    return np.allclose(found, expected, RELATIVE, ABSOLUTE, equal_nan=True)


def test_no_operand_hands_on_another_order_than_its_own(settings: Settings, tmp_path: Path) -> None:
    tried = {sheet.name: sheet for sheet in sheets()}
    cases = {name: sheet.case() for name, sheet in tried.items()}
    models = [case.convert(tmp_path / name) for name, case in cases.items()]
    with BrowserSession(models, settings("wasm", timeout_s=120.0)) as session:
        found = {name: wrong(session, tried[name], cases[name]) for name in tried}
    lines = [f"{name}: {label}" for name, labels in found.items() for label in labels]
    count = sum(len(sheet.labels) for sheet in tried.values())
    assert count > 2000
    assert not lines, f"{len(lines)} of {count}:\n" + "\n".join(lines)


def test_modules_with_a_constant_first_compute_what_torch_does(
    settings: Settings, tmp_path: Path
) -> None:
    networks = _formulas()
    models = []
    for name, network in networks.items():
        folder, file = tmp_path / name, tmp_path / f"{name}.onnx"
        folder.mkdir()
        file.write_bytes(network.onnx(17).SerializeToString())
        write_tfjs(file, folder)
        models.append(ModelSource(name, folder, signature_of(folder)))
    with BrowserSession(models, settings("wasm")) as session:
        found = {
            name: session.run(name, {"x": network.image.numpy()}).outputs["y"]
            for name, network in networks.items()
        }
    for name, network in networks.items():
        (expected,) = network.outputs(torch.float32)
        np.testing.assert_allclose(found[name], expected, RELATIVE, ABSOLUTE, err_msg=name)
