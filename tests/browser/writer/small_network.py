"""A small convolutional network with what DenseNet has, in PyTorch and as a TF.js folder."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from xport.conversion.stages.tfjs_from_onnx import write_tfjs

SIZE, CLASSES = 18, 5
LOGITS, PROBABILITIES = "logits", "probabilities"


class SmallNetwork(nn.Module):
    """Conv, BN, ReLU, max pool, two dense layers with concatenations, average pool, Gemm."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(11)
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(8), nn.BatchNorm2d(12)])
        self.layers = nn.ModuleList(
            [nn.Conv2d(8, 4, 3, padding=1, bias=False), nn.Conv2d(12, 3, 1, bias=False)]
        )
        self.last = nn.BatchNorm2d(15)
        self.shrink = nn.AvgPool2d(2, 2)
        self.head = nn.Linear(15, CLASSES)
        for norm in (self.stem_norm, *self.norms, self.last):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, std=0.3)
            norm.running_mean.normal_(std=0.3)
            norm.running_var.uniform_(0.5, 1.5)
        self.eval()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and probabilities of a batch of images."""
        x = self.pool(torch.relu(self.stem_norm(self.stem(image))))
        for norm, layer in zip(self.norms, self.layers, strict=True):
            x = torch.cat([x, layer(torch.relu(norm(x)))], 1)
        x = self.shrink(torch.relu(self.last(x)))
        logits = self.head(x.mean((2, 3)))
        return logits, torch.sigmoid(logits)

    def write(self, folder: Path) -> Path:
        """Convert to TF.js through ONNX; the ONNX file lies beside the folder."""
        folder.mkdir(parents=True)
        file = folder.with_suffix(".onnx")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                self,
                (torch.zeros(1, 3, SIZE, SIZE),),
                str(file),
                dynamo=False,
                opset_version=15,
                input_names=["image"],
                output_names=[LOGITS, PROBABILITIES],
            )
        write_tfjs(file, folder)
        return folder
