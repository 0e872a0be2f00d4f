"""Networks are built from their weight files alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from reference.decide.labels import LABELS, XRV_LABELS
from reference.errors import CheckpointError
from reference.evaluation.networks import densenet_shape, read_autoencoder, read_classifier
from reference.networks.ali import autoencoder
from reference.networks.densenet import DenseNetShape, densenet121
from reference.preprocess import CHESTXNET, XRV
from tests.reference.evaluation import tiny


def test_tensors_tell_the_sizes_of_the_papers_network() -> None:
    assert densenet_shape(densenet121().state_dict()) == DenseNetShape()


@pytest.mark.parametrize(
    ("channels", "outputs", "labels", "preprocess"),
    [(3, 14, LABELS, CHESTXNET), (1, 18, XRV_LABELS, XRV)],
)
def test_classifier_answers_as_the_one_that_was_saved(
    channels: int, outputs: int, labels: tuple[str, ...], preprocess: object, tmp_path: Path
) -> None:
    saved = tiny.narrow(channels, outputs)
    read = read_classifier(tiny.save(saved, tmp_path / "c.safetensors"), "45")
    image = torch.rand(2, channels, 64, 64)
    with torch.no_grad():
        assert torch.allclose(read.module(image)[1], saved(image)[1], rtol=0, atol=1e-6)
    assert (read.findings, read.about.preprocess, read.about.name) == (labels, preprocess, "45")
    assert read.about.parameters == sum(p.numel() for p in saved.parameters())


@pytest.mark.parametrize("stochastic", [False, True])
def test_autoencoder_of_any_size_is_read(stochastic: bool, tmp_path: Path) -> None:
    saved = autoencoder(5, 6, stochastic)
    read = read_autoencoder(tiny.save(saved, tmp_path / "a.safetensors"), "ALI")
    image = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        assert all(map(torch.equal, read.module(image), saved(image)))


def test_refuses_what_is_no_such_network(tmp_path: Path) -> None:
    c = tiny.save(tiny.narrow(), tmp_path / "c.safetensors")
    a = tiny.save(autoencoder(4, 2), tmp_path / "a.safetensors")
    odd = tiny.save(tiny.narrow(3, 5), tmp_path / "odd.safetensors")
    with pytest.raises(CheckpointError, match="no autoencoder"):
        read_autoencoder(c, "c")
    with pytest.raises(CheckpointError, match="no DenseNet"):
        read_classifier(a, "a")
    with pytest.raises(CheckpointError, match="5 outputs whose findings are not known"):
        read_classifier(odd, "odd")
    with pytest.raises(CheckpointError, match="takes 3 channels, preprocessing gives 1"):
        read_classifier(c, "c", XRV)
    with pytest.raises(CheckpointError, match="no such file"):
        read_classifier(tmp_path / "absent.safetensors", "absent")
