"""A checkpoint is loaded exactly, or refused by name, or not at all."""

from __future__ import annotations

import hashlib
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from reference.decide.labels import LABELS, TABLE_1_LABELS, XRV_LABELS
from reference.errors import CheckpointError, UnsafeCheckpointError
from reference.networks.ali import autoencoder
from reference.networks.checkpoints import CheckpointInfo, load_checkpoint
from reference.networks.densenet import Classifier
from reference.networks.remaps import Family

State = dict[str, torch.Tensor]
MakeClassifier = Callable[..., Classifier]


def _copy(module: nn.Module) -> State:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def _saved(state: object, folder: Path, name: str = "weights.pt") -> Path:
    torch.save(state, folder / name)
    return folder / name


def _assert_same(module: nn.Module, expected: State) -> None:
    state = module.state_dict()
    assert state.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(state[name], tensor), name


def _refusal(module: nn.Module, path: Path, **options: bool) -> CheckpointError:
    """Return the error of a load that must fail and leave the module as it was."""
    before = _copy(module)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(module, path, **options)
    _assert_same(module, before)
    assert str(path) in caught.value.where
    assert caught.value.what
    assert caught.value.remedy
    return caught.value


# What is accepted


def test_loads_a_state_dict(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    path = _saved(miniature.state_dict(), tmp_path)
    target = make_miniature()
    info = load_checkpoint(target, path)
    _assert_same(target, _copy(miniature))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert info == CheckpointInfo(path, digest, Family.OWN, len(miniature.state_dict()))


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.bin", "weights"])
def test_tells_safetensors_from_content_and_not_from_the_name(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path, name: str
) -> None:
    safetensors.torch.save_file(miniature.state_dict(), tmp_path / name)
    target = make_miniature()
    load_checkpoint(target, tmp_path / name)
    _assert_same(target, _copy(miniature))


def test_loads_the_file_format_of_old_pytorch(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    path = tmp_path / "old.pth.tar"
    torch.save(miniature.state_dict(), path, _use_new_zipfile_serialization=False)
    target = make_miniature()
    load_checkpoint(target, path)
    _assert_same(target, _copy(miniature))


def test_loads_an_autoencoder(tmp_path: Path) -> None:
    source, target = autoencoder(latent=6, width=4), autoencoder(latent=6, width=4)
    info = load_checkpoint(target, _saved(source.state_dict(), tmp_path))
    _assert_same(target, _copy(source))
    assert info.labels is None


def test_unwraps_nested_and_parallel_state_dicts(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    wrapped = {f"module.{name}": tensor for name, tensor in miniature.state_dict().items()}
    target = make_miniature()
    load_checkpoint(target, _saved({"epoch": 3, "state_dict": wrapped}, tmp_path))
    _assert_same(target, _copy(miniature))


def test_converts_half_and_double_precision(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    state = {
        name: tensor.double() if tensor.is_floating_point() else tensor
        for name, tensor in miniature.state_dict().items()
    }
    target = make_miniature()
    load_checkpoint(target, _saved(state, tmp_path))
    _assert_same(target, _copy(miniature))


def test_tolerates_absent_step_counters_and_says_so(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    state = {name: t for name, t in miniature.state_dict().items() if "num_batches" not in name}
    target = make_miniature()
    info = load_checkpoint(target, _saved(state, tmp_path))
    _assert_same(target, _copy(miniature))
    assert set(info.counters_absent) == miniature.state_dict().keys() - state.keys()


# The published families


def _as_chexnet_py3(state: State) -> State:
    """Give a state dict the layout of Weng et al., without step counters as in old PyTorch."""
    result = OrderedDict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        name = re.sub(r"(denselayer\d+\.(?:norm|conv))([12])", r"\1.\2", name)
        name = name.replace("classifier.", "classifier.0.")
        result[f"module.densenet121.{name}"] = tensor
    return result


def _as_authors(state: State) -> State:
    """Give a state dict the layout of the authors: dropout beside every convolution."""
    result = OrderedDict()
    for name, tensor in state.items():
        name = re.sub(r"(denselayer\d+\.conv[12]|transition\d+\.conv)\.", r"\1.0.", name)
        result[name.replace("classifier.", "classifier.0.0.")] = tensor
    return result


def test_chexnet_py3_answers_in_the_order_of_labels(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    """Its outputs follow Table 1; each must keep its name through the load."""
    path = _saved({"epoch": 1, "state_dict": _as_chexnet_py3(_copy(miniature))}, tmp_path)
    target = make_miniature()
    info = load_checkpoint(target, path)
    images = torch.rand(1, 3, 64, 64)
    published = dict(zip(TABLE_1_LABELS, miniature(images)[0][0].tolist(), strict=True))
    assert info.family is Family.CHEXNET_PY3
    assert info.labels == LABELS
    loaded = dict(zip(info.labels, target(images)[0][0].tolist(), strict=True))
    assert loaded == pytest.approx(published, abs=1e-6)
    assert info.counters_absent


def test_chexnet_py3_with_other_outputs_is_loaded_as_it_stands(
    make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    source, target = make_miniature(3, 5), make_miniature(3, 5)
    info = load_checkpoint(target, _saved(_as_chexnet_py3(_copy(source)), tmp_path))
    _assert_same(target, _copy(source))
    assert info.labels is None


@pytest.mark.parametrize("head", ["classifier.0.0.", "classifier.0."])
def test_authors_checkpoint_loses_its_dropout_wrappers(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path, head: str
) -> None:
    state = _as_authors(_copy(miniature))
    state = {name.replace("classifier.0.0.", head): tensor for name, tensor in state.items()}
    target = make_miniature()
    info = load_checkpoint(target, _saved(state, tmp_path))
    _assert_same(target, _copy(miniature))
    assert info.family is Family.AUTHORS
    assert info.labels == LABELS


@pytest.mark.parametrize("prefix", ["", "module."])
def test_xrv_operating_points_are_kept_and_are_no_weights(
    make_miniature: MakeClassifier, tmp_path: Path, prefix: str
) -> None:
    source, target = make_miniature(1, 18), make_miniature(1, 18)
    points = torch.full((18,), 0.25)
    points[3] = torch.nan
    state = {prefix + name: t for name, t in (_copy(source) | {"op_threshs": points}).items()}
    info = load_checkpoint(target, _saved(state, tmp_path))
    _assert_same(target, _copy(source))
    assert info.family is Family.XRV
    assert info.labels == XRV_LABELS
    assert info.operating_points == (*[0.25] * 3, None, *[0.25] * 14)


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        (torch.full((17,), 0.5), "17 values"),
        (torch.full((18,), 1.5), "1.5"),
        ("none", "not a list of numbers"),
    ],
)
def test_refuses_operating_points_that_are_none(
    make_miniature: MakeClassifier, tmp_path: Path, points: object, complaint: str
) -> None:
    network = make_miniature(1, 18)
    path = _saved(_copy(network) | {"op_threshs": points}, tmp_path)  # type: ignore[operator]
    assert complaint in _refusal(network, path).what


# A module's own names come first, whatever they resemble


class Named(nn.Module):
    """A small classifier of images, whose parts have the names that they are given."""

    def __init__(self, wrapper: str = "", **parts: nn.Module) -> None:
        super().__init__()
        features = nn.Sequential(
            OrderedDict(conv0=nn.Conv2d(3, 4, 3, bias=False), norm0=nn.BatchNorm2d(4))
        )
        inner = nn.ModuleDict({"features": features, **parts})
        for name, part in ({wrapper: inner} if wrapper else inner).items():
            self.add_module(name, part)


class Parallel(nn.Module):
    """Everything under `module`, as multi-GPU training leaves it."""

    def __init__(self) -> None:
        super().__init__()
        self.module = Named(classifier=nn.Linear(4, 3))
        self.register_buffer("step", torch.tensor(3))


def _head() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 14), nn.Sigmoid())


def _dense_layer(dotted: bool) -> nn.Module:
    """A dense layer with a dot before the number, as in old torchvision, or a dropout inside."""
    conv = nn.Conv2d(4, 2, 1, bias=False)
    layer = {"norm": nn.ModuleDict({"1": nn.BatchNorm2d(4)}), "conv": nn.ModuleDict({"1": conv})}
    inside = {"conv1": nn.Sequential(conv, nn.Dropout())}
    return nn.ModuleDict({"denselayer1": nn.ModuleDict(layer if dotted else inside)})


OWN: dict[str, Callable[[], nn.Module]] = {
    "head in a sequence": lambda: Named(classifier=_head()),
    "head in two sequences": lambda: Named(classifier=nn.Sequential(_head(), nn.Dropout())),
    "wrapped as densenet121": lambda: Named("densenet121", classifier=_head()),
    "wrapped, plain head": lambda: Named("densenet121", classifier=nn.Linear(4, 14)),
    "wrapped as module": lambda: Named("module", classifier=nn.Linear(4, 14)),
    "dotted dense layer": lambda: Named(denseblock1=_dense_layer(True), classifier=_head()),
    "dropout in a dense layer": lambda: Named(denseblock1=_dense_layer(False)),
    "partly under module": Parallel,
    "parallel module": lambda: nn.DataParallel(Named(classifier=_head())),
    "tied": lambda: (lambda a: nn.ModuleDict({"a": a, "b": a}))(nn.Linear(3, 3)),
    "old weight norm": lambda: nn.utils.weight_norm(nn.Linear(3, 3)),
    "new weight norm": lambda: nn.utils.parametrizations.weight_norm(nn.Linear(3, 3)),
}


def _filled(make: Callable[[], nn.Module]) -> nn.Module:
    module = make()
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5)
    return module


@pytest.mark.filterwarnings("ignore:.*weight_norm.*")
@pytest.mark.parametrize("kind", [torch.save, safetensors.torch.save_file])
@pytest.mark.parametrize("name", OWN)
def test_a_module_s_own_state_dict_is_loaded_as_pytorch_does(
    name: str, kind: Callable[[State, Path], None], tmp_path: Path
) -> None:
    source, target, plain = _filled(OWN[name]), OWN[name](), OWN[name]()
    plain.load_state_dict(source.state_dict(), strict=True)
    kind(_copy(source), tmp_path / "weights")
    info = load_checkpoint(target, tmp_path / "weights")
    _assert_same(target, _copy(plain))
    assert info.family is Family.OWN
    assert info.labels is None


def test_own_names_inside_a_training_s_checkpoint(tmp_path: Path) -> None:
    source, target = _filled(OWN["wrapped as densenet121"]), OWN["wrapped as densenet121"]()
    load_checkpoint(target, _saved({"epoch": 1, "state_dict": _copy(source)}, tmp_path))
    _assert_same(target, _copy(source))


@pytest.mark.parametrize("wrapper", ["module.", "_orig_mod.", "model.", "module._orig_mod."])
def test_own_names_within_what_training_puts_around_a_module(wrapper: str, tmp_path: Path) -> None:
    source, target = _filled(OWN["wrapped as densenet121"]), OWN["wrapped as densenet121"]()
    prefixed = {f"{wrapper}{name}": tensor for name, tensor in _copy(source).items()}
    load_checkpoint(target, _saved({"state_dict": prefixed}, tmp_path))
    _assert_same(target, _copy(source))


@pytest.mark.filterwarnings("ignore:.*weight_norm.*")
def test_names_that_a_module_s_own_hooks_translate_are_its_own(tmp_path: Path) -> None:
    """As the newer weight norm takes the older one's file."""
    old = nn.utils.weight_norm(nn.Linear(3, 3))
    target = nn.utils.parametrizations.weight_norm(nn.Linear(3, 3))
    load_checkpoint(target, _saved(_copy(old), tmp_path))
    x = torch.rand(2, 3)
    assert torch.allclose(target(x), old(x), atol=1e-6)


@pytest.mark.parametrize("name", ["head in a sequence", "wrapped as densenet121"])
def test_what_differs_is_said_in_the_file_s_own_names(name: str, tmp_path: Path) -> None:
    module = OWN[name]()
    state = _copy(module)
    key = next(key for key in state if key.endswith("classifier.0.weight"))
    shorter = {other: tensor for other, tensor in state.items() if other != key}
    said = _refusal(module, _saved(shorter, tmp_path)).what
    assert said == f"the file lacks tensor {key!r}"
    longer = state | {f"{key}_copy": torch.zeros(1)}
    assert f"the file has tensor '{key}_copy'" in _refusal(module, _saved(longer, tmp_path)).what
    misshapen = state | {key: torch.zeros(14, 5)}
    words = f"tensor {key!r} has shape (14, 5), the model needs (14, 4)"
    assert words in _refusal(module, _saved(misshapen, tmp_path)).what
    infinite = state | {key: torch.full((14, 4), torch.inf)}
    assert repr(key) in _refusal(module, _saved(infinite, tmp_path)).what


class Masked(nn.Module):
    """A mask of attention, infinite from the beginning."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("mask", torch.full((2, 2), -torch.inf).triu(1))


def test_infinities_that_the_module_was_built_with_are_no_damage(tmp_path: Path) -> None:
    source, target = _filled(lambda: nn.ModuleDict({"m": nn.Linear(2, 2)})), Masked()
    state = {n.replace("m.", "linear."): t for n, t in _copy(source).items()} | {
        "mask": Masked().mask
    }
    load_checkpoint(target, _saved(state, tmp_path))
    _assert_same(target, state)
    moved = state | {"mask": torch.full((2, 2), -torch.inf)}
    assert "'mask'" in _refusal(target, _saved(moved, tmp_path)).what


def test_an_expanded_buffer_is_refused_by_name(tmp_path: Path) -> None:
    module = nn.Linear(2, 2)
    module.register_buffer("mean", torch.zeros(2, 1).expand(2, 3))
    assert "'mean': it is expanded" in _refusal(module, _saved(_copy(module), tmp_path)).what


# What is refused: names, shapes, numbers


def test_missing_tensor_is_named(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature)
    del state["features.norm5.weight"], state["classifier.bias"]
    error = _refusal(miniature, _saved(state, tmp_path))
    assert error.what == "the file lacks tensor 'features.norm5.weight' (and 1 other)"


def test_extra_tensor_is_named(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature) | {"classifier.scale": torch.ones(1)}
    error = _refusal(miniature, _saved(state, tmp_path))
    assert "tensor 'classifier.scale' that the model does not know" in error.what


def test_misshapen_tensor_is_named_with_both_shapes(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature) | {"classifier.bias": torch.zeros(18)}
    message = str(_refusal(miniature, _saved(state, tmp_path)))
    assert "'classifier.bias' has shape (18,), the model needs (14,)" in message


def test_misshapen_head_of_a_permuted_family_is_named(
    miniature: Classifier, make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    state = _as_chexnet_py3(_copy(make_miniature(3, 15)))
    assert "classifier" in _refusal(miniature, _saved(state, tmp_path)).what


def test_deeper_network_is_refused(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature)
    extra = "features.denseblock4.denselayer2.conv1.weight"
    state[extra] = torch.zeros(1)
    assert repr(extra) in _refusal(miniature, _saved(state, tmp_path)).what


def test_other_architecture_is_called_that(miniature: Classifier, tmp_path: Path) -> None:
    path = _saved(autoencoder(latent=6, width=4).state_dict(), tmp_path)
    error = _refusal(miniature, path)
    assert "another architecture" in error.what
    assert "'features.conv0.weight' (and " in error.what


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_named(
    miniature: Classifier, tmp_path: Path, number: float
) -> None:
    state = _copy(miniature)
    state["features.conv0.weight"][0, 0, 0, 0] = number
    assert "'features.conv0.weight'" in _refusal(miniature, _saved(state, tmp_path)).what


def test_weights_that_overflow_float32_are_refused(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature)
    state["classifier.bias"] = torch.full((14,), 1e300, dtype=torch.float64)
    assert "'classifier.bias'" in _refusal(miniature, _saved(state, tmp_path)).what


def test_negative_variance_is_named(miniature: Classifier, tmp_path: Path) -> None:
    state = _copy(miniature)
    state["features.norm0.running_var"][0] = -1
    assert "'features.norm0.running_var'" in _refusal(miniature, _saved(state, tmp_path)).what


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (torch.zeros(14, dtype=torch.int64), "torch.int64"),
        (torch.zeros(14, dtype=torch.complex64), "complex"),
        (torch.zeros(14).to_sparse(), "sparse"),
        ([0.0] * 14, "not a tensor"),
    ],
)
def test_entry_of_another_kind_is_named(
    miniature: Classifier, tmp_path: Path, value: object, complaint: str
) -> None:
    state = _copy(miniature) | {"classifier.bias": value}  # type: ignore[operator]
    error = _refusal(miniature, _saved(state, tmp_path))
    assert "'classifier.bias'" in error.what
    assert complaint in error.what


def test_one_tensor_under_two_names_is_refused(miniature: Classifier, tmp_path: Path) -> None:
    state = _as_authors(_copy(miniature)) | {"classifier.bias": torch.zeros(14)}
    assert "twice" in _refusal(miniature, _saved(state, tmp_path)).what


@pytest.mark.parametrize("payload", [{}, {"state_dict": {}}, [1, 2], torch.zeros(3), {1: 2}])
def test_file_without_named_weights_is_refused(
    miniature: Classifier, tmp_path: Path, payload: object
) -> None:
    error = _refusal(miniature, _saved(payload, tmp_path))
    assert "state_dict" in error.remedy


# What is refused: damaged files


@pytest.mark.parametrize("kept", [0.02, 0.5, 0.999])
@pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
def test_truncated_file_is_refused(
    miniature: Classifier, tmp_path: Path, kind: str, kept: float
) -> None:
    path = tmp_path / "cut"
    if kind == "safetensors":
        safetensors.torch.save_file(miniature.state_dict(), path)
    else:
        torch.save(miniature.state_dict(), path, _use_new_zipfile_serialization=kind == "zip")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "damaged" in _refusal(miniature, path).what


@pytest.mark.parametrize(
    "content",
    [b"hello", b"\x80\x02garbage", b"PK\x03\x04garbage", b"\xff" * 64, b"\x10" + b"\0" * 7 + b"{"],
)
def test_garbage_is_refused(miniature: Classifier, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.pt"
    path.write_bytes(content)
    _refusal(miniature, path)


def test_empty_file_is_refused(miniature: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "empty.pt"
    path.touch()
    assert _refusal(miniature, path).what == "the file is empty"


def test_absent_file_and_folder_are_refused(miniature: Classifier, tmp_path: Path) -> None:
    for path in (tmp_path / "absent.pt", tmp_path):
        assert _refusal(miniature, path).what == "there is no such file"


def test_huge_file_is_refused_before_it_is_read(miniature: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "huge.pt"
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)  # sparse: takes no space
    assert "the limit is" in _refusal(miniature, path).what


# What is refused: code


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.path,)


def _write_zip(payload: object, path: Path) -> None:
    torch.save(payload, path)


def _write_old(payload: object, path: Path) -> None:
    torch.save(payload, path, _use_new_zipfile_serialization=False)


def _write_plain(payload: object, path: Path) -> None:
    path.write_bytes(pickle.dumps(payload))


@pytest.mark.parametrize("write", [_write_zip, _write_old, _write_plain])
@pytest.mark.parametrize("name", ["model.pt", "model.safetensors"])
def test_pickled_code_is_refused_and_never_runs(
    miniature: Classifier, tmp_path: Path, write: Callable[[object, Path], None], name: str
) -> None:
    sung, path = tmp_path / "sung", tmp_path / name
    write({"state_dict": _copy(miniature), "canary": Canary(sung)}, path)
    error = _refusal(miniature, path)
    assert isinstance(error, UnsafeCheckpointError)
    assert "trust_pickle_and_run_its_code=True" in error.remedy
    assert "safetensors.torch.save_file" in error.remedy
    assert not sung.exists()
    pickle.loads(pickle.dumps(Canary(sung)))
    assert sung.exists(), "the canary itself must be able to sing"


def test_pickled_module_is_refused_with_the_name_of_its_class(
    miniature: Classifier, tmp_path: Path
) -> None:
    error = _refusal(miniature, _saved(miniature, tmp_path))
    assert isinstance(error, UnsafeCheckpointError)
    assert "reference.networks.densenet.Classifier" in error.what


def test_trusted_pickle_of_a_module_is_loaded_on_request(
    make_miniature: MakeClassifier, tmp_path: Path
) -> None:
    source, target = make_miniature(1, 18), make_miniature(1, 18)
    source.op_threshs = torch.full((18,), 0.5)
    path = _saved(source, tmp_path)
    info = load_checkpoint(target, path, trust_pickle_and_run_its_code=True)
    _assert_same(target, _copy(source))
    assert info.family is Family.XRV
    assert info.operating_points == (0.5,) * 18


def test_trusted_pickle_of_an_absent_package_says_which(
    miniature: Classifier, tmp_path: Path
) -> None:
    path = tmp_path / "foreign.pt"
    path.write_bytes(b"\x80\x02cabsent_package\nModel\n.")
    error = _refusal(miniature, path, trust_pickle_and_run_its_code=True)
    assert "absent_package" in error.what


def test_program_instead_of_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "program.pt"
    network = nn.Linear(2, 2)
    torch.export.save(torch.export.export(network, (torch.zeros(1, 2),)), path)
    _refusal(network, path)
