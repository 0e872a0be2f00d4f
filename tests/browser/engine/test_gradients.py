"""tf.grad of a converted network in a real browser says what torch.autograd says."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from browser_harness.drive import wire
from browser_harness.drive.models import ModelSource
from browser_harness.drive.refusals import PageRefused
from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.browser.conftest import BACKENDS
from tests.browser.writer.small_network import CLASSES, LOGITS, SIZE, SmallNetwork
from xport.conversion.stages.tfjs_from_onnx import write_tfjs
from xport.errors import InputError
from xport.formats.tfjs_model import signature_of

OF_THE_PEAK = 2e-6
"""Float32 sums of at most 108 products through four layers: a few roundings of 6e-8 each."""


@pytest.fixture(scope="module")
def network() -> SmallNetwork:
    """The network, in float32."""
    return SmallNetwork()


@pytest.fixture(scope="module")
def source(network: SmallNetwork, tmp_path_factory: pytest.TempPathFactory) -> ModelSource:
    """The network as TF.js."""
    folder = network.write(tmp_path_factory.mktemp("small") / "network")
    return ModelSource("small", folder, signature_of(folder))


@pytest.fixture(scope="module", params=BACKENDS)
def opened(
    request: pytest.FixtureRequest,
    source: ModelSource,
    settings: Callable[..., BrowserSettings],
) -> Iterator[BrowserSession]:
    """The network in a page, on each backend in turn."""
    with BrowserSession([source], settings(request.param)) as session:
        yield session


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    """An image whose channels differ."""
    return np.random.default_rng(4).normal(size=(1, 3, SIZE, SIZE)).astype(np.float32)


def by_autograd(network: SmallNetwork, image: np.ndarray, index: int) -> np.ndarray:
    """The gradient of one logit in float64."""
    exact = SmallNetwork().double()
    exact.load_state_dict(network.state_dict())
    x = torch.from_numpy(image).double().requires_grad_()
    exact(x)[0][0, index].backward()
    assert x.grad is not None
    return x.grad.numpy()


def test_the_gradient_is_autograds(
    opened: BrowserSession, network: SmallNetwork, image: np.ndarray
) -> None:
    for index in (0, CLASSES - 1):
        expected = by_autograd(network, image, index)
        found = opened.gradient("small", {"image": image}, index)
        assert found.gradient.shape == image.shape
        assert (found.gradient < 0).any()
        peak = np.abs(expected).max()
        assert peak > 1e-3
        assert np.abs(found.gradient - expected).max() <= OF_THE_PEAK * peak
        logits = opened.run("small", {"image": image}).outputs[LOGITS]
        assert np.allclose(found.logits, logits, rtol=0, atol=1e-6)
        assert found.seconds > 0


class Pooled(nn.Module):
    """A max pool that meets the image itself, and something that tells its places apart."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.pool, self.mix = nn.MaxPool2d(3, 2, 1), nn.Conv2d(3, CLASSES, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Logits of a batch of images."""
        return torch.tanh(self.mix(self.pool(image))).sum((2, 3))


@pytest.mark.parametrize("backend", BACKENDS)
def test_of_equal_values_in_a_pooling_window_the_first_counts_as_in_torch(
    backend: str, settings: Callable[..., BrowserSettings], tmp_path: Path
) -> None:
    module = Pooled().eval()
    file = tmp_path / "pooled.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter announces its own end
        torch.onnx.export(
            module, (torch.zeros(1, 3, SIZE, SIZE),), str(file), dynamo=False,
            opset_version=15, input_names=["image"], output_names=[LOGITS],
        )  # fmt: skip
    folder = tmp_path / "pooled"
    folder.mkdir()
    write_tfjs(file, folder)
    random = np.random.default_rng(6)
    images = {
        "flat": np.full((1, 3, SIZE, SIZE), 0.5),
        "few values": random.integers(0, 3, (1, 3, SIZE, SIZE)),
        "negative": -1 - random.random((1, 3, SIZE, SIZE)),
        "negative and flat": np.full((1, 3, SIZE, SIZE), -0.5),
    }
    source = ModelSource("pooled", folder, signature_of(folder))
    with BrowserSession([source], settings(backend)) as session:
        for name, values in images.items():
            image = values.astype(np.float32)
            x = torch.from_numpy(image).requires_grad_()
            module(x)[0, 1].backward()
            assert x.grad is not None
            found = session.gradient("pooled", {"image": image}, 1).gradient
            assert np.allclose(found, x.grad.numpy(), rtol=0, atol=1e-6), name


def test_nothing_stays_behind(opened: BrowserSession, image: np.ndarray) -> None:
    opened.gradient("small", {"image": image}, 1)
    found = [opened.gradient("small", {"image": image}, 1) for _ in range(3)]
    memories = [memory for one in found for memory in (one.memory_before, one.memory_after)]
    assert len({memory.tensors for memory in memories}) == 1
    assert len({memory.bytes for memory in memories}) == 1


def test_a_class_or_output_that_is_not_there_is_refused(
    opened: BrowserSession, image: np.ndarray
) -> None:
    with pytest.raises(InputError, match="there is no class 5"):
        opened.gradient("small", {"image": image}, CLASSES)
    with pytest.raises(InputError, match="there is no output 'scores'"):
        opened.gradient("small", {"image": image}, 0, logits="scores")


def test_a_choice_of_two_classes_is_refused(opened: BrowserSession, image: np.ndarray) -> None:
    both = np.ones((1, CLASSES), np.float32)
    with ExitStack() as published:
        request = wire.GradientRequest(
            model="small",
            input_files={"image": opened.publish(image, published)},
            one_hot=opened.publish(both, published),
            logits=LOGITS,
        )
        with pytest.raises(PageRefused, match="one class of logits"):
            opened.call("gradient", request, wire.GradientReply)
