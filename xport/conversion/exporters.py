"""The two exporters of torch.onnx, and the opsets at which each is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Exporter = Literal["torchscript", "dynamo"]


@dataclass(frozen=True)
class Opsets:
    """The least and greatest opset of an exporter, and the one used if none is named."""

    least: int
    greatest: int
    default: int

    def __contains__(self, opset: int) -> bool:
        return self.least <= opset <= self.greatest

    def __str__(self) -> str:
        return f"{self.least} to {self.greatest}"


OPSETS: dict[Exporter, Opsets] = {
    "torchscript": Opsets(13, 20, default=15),  # onnx-tf's handlers end at 15
    "dynamo": Opsets(18, 24, default=20),  # its functions are written for 18
}
