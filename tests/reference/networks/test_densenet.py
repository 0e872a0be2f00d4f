"""DenseNet-121 is the network whose published weights must fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch
from torch.nn import functional

from reference.decide.labels import LABELS, TABLE_1_LABELS, TABLE_1_TO_LABELS, XRV_LABELS
from reference.errors import ArchitectureError
from reference.networks.densenet import Classifier, DenseNetShape, classifier, densenet121


@pytest.mark.parametrize(
    ("in_channels", "num_classes", "parameters"), [(1, 18, 6_966_034), (3, 14, 6_968_206)]
)
def test_densenet121_has_the_published_number_of_parameters(
    in_channels: int, num_classes: int, parameters: int
) -> None:
    with torch.device("meta"):
        network = densenet121(in_channels, num_classes)
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert len(network.state_dict()) == 727


def test_densenet121_has_the_published_keys() -> None:
    norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    expected = {"features.conv0.weight", "classifier.weight", "classifier.bias"}
    expected |= {f"features.norm{i}.{part}" for i in (0, 5) for part in norm}
    for block, depth in enumerate((6, 12, 24, 16), start=1):
        for layer in range(1, depth + 1):
            prefix = f"features.denseblock{block}.denselayer{layer}"
            expected |= {f"{prefix}.norm{i}.{part}" for i in (1, 2) for part in norm}
            expected |= {f"{prefix}.conv{i}.weight" for i in (1, 2)}
    for transition in (1, 2, 3):
        prefix = f"features.transition{transition}"
        expected |= {f"{prefix}.norm.{part}" for part in norm} | {f"{prefix}.conv.weight"}
    with torch.device("meta"):
        assert set(classifier().state_dict()) == expected


def test_densenet121_halves_the_image_five_times() -> None:
    with torch.device("meta"):
        network = densenet121()
        assert network.feature_map(torch.empty(2, 3, 224, 224)).shape == (2, 1024, 7, 7)
        assert network(torch.empty(2, 3, 224, 224)).shape == (2, 14)


def _norm(x: torch.Tensor, state: Mapping[str, torch.Tensor], name: str) -> torch.Tensor:
    mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
    return functional.batch_norm(
        x, mean, var, state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-5
    )


def _as_written(
    x: torch.Tensor, state: Mapping[str, torch.Tensor], depths: tuple[int, ...]
) -> torch.Tensor:
    """Compute the network of the DenseNet paper step by step, with padded convolutions."""
    x = functional.conv2d(x, state["features.conv0.weight"], stride=2, padding=3)
    x = functional.max_pool2d(
        functional.relu(_norm(x, state, "features.norm0")), 3, stride=2, padding=1
    )
    for block, depth in enumerate(depths, start=1):
        for layer in range(1, depth + 1):
            name = f"features.denseblock{block}.denselayer{layer}"
            y = functional.conv2d(
                functional.relu(_norm(x, state, f"{name}.norm1")), state[f"{name}.conv1.weight"]
            )
            y = functional.relu(_norm(y, state, f"{name}.norm2"))
            x = torch.cat([x, functional.conv2d(y, state[f"{name}.conv2.weight"], padding=1)], 1)
        if block < len(depths):
            name = f"features.transition{block}"
            x = functional.conv2d(
                functional.relu(_norm(x, state, f"{name}.norm")), state[f"{name}.conv.weight"]
            )
            x = functional.avg_pool2d(x, 2)
    x = functional.adaptive_avg_pool2d(
        functional.relu(_norm(x, state, "features.norm5")), 1
    ).flatten(1)
    return functional.linear(x, state["classifier.weight"], state["classifier.bias"])


def test_explicit_pads_compute_the_densenet_paper_s_network(miniature: Classifier) -> None:
    images = torch.rand(2, 3, 70, 64, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.no_grad():
        expected = _as_written(images, miniature.state_dict(), miniature.shape.block_config)
        logits, _ = miniature(images)
    torch.testing.assert_close(logits, expected)


def test_deployed_classifier_answers_logits_and_their_sigmoid(miniature: Classifier) -> None:
    assert not miniature.training
    logits, probabilities = miniature(torch.rand(2, 3, 64, 64))
    assert logits.shape == probabilities.shape == (2, 14)
    torch.testing.assert_close(probabilities, 1 / (1 + torch.exp(-logits)))


def test_class_activation_maps_average_to_the_logits(miniature: Classifier) -> None:
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        features = miniature.feature_map(images)
        maps = torch.einsum("ck,nkhw->nchw", miniature.classifier.weight, features)
        logits = miniature.logits(images)
    assert (features >= 0).all()
    torch.testing.assert_close(maps.mean(dim=(2, 3)) + miniature.classifier.bias, logits)


@pytest.mark.parametrize(
    "build",
    [
        lambda: classifier(num_classes=0),
        lambda: classifier(in_channels=-1),
        lambda: classifier(block_config=[]),
        lambda: classifier(block_config=[2, 0]),
        lambda: classifier(growth=True),
        lambda: classifier(init_features=2.5),  # type: ignore[arg-type]
    ],
)
def test_refuses_sizes_that_are_no_positive_whole_numbers(build: Callable[[], object]) -> None:
    with pytest.raises(ArchitectureError, match="DenseNet"):
        build()


def test_default_shape_is_densenet121_with_fourteen_findings() -> None:
    assert DenseNetShape() == DenseNetShape(3, 14, 32, (6, 12, 24, 16), 64, 4)


def test_orders_of_labels_hold_the_same_findings() -> None:
    assert len(set(LABELS)) == len(LABELS) == 14
    assert sorted(LABELS) == sorted(TABLE_1_LABELS)
    assert tuple(TABLE_1_LABELS[i] for i in TABLE_1_TO_LABELS) == LABELS
    assert XRV_LABELS[:14] == LABELS
    assert len(set(XRV_LABELS)) == 18
