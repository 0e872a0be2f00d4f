"""Models of transformers and timm: their libraries load them, and nothing of theirs runs.

The libraries are stand-ins of a few lines, with the functions of theirs that are called.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import save_file

from xport.common.tools import remedy_for
from xport.errors import InputError, PackageMissing
from xport.library import zoo
from xport.library.starting import init, noise
from xport.release_file.file import read_release

TIMM = """
import torch
__version__ = "1.0"
def list_models():
    return ["small"]
def create_model(name, pretrained, num_classes=2):
    assert not pretrained
    return torch.nn.Linear(4, num_classes)
"""
TIMM_MODELS = """
from safetensors.torch import load_file
def load_checkpoint(module, path, strict):
    module.load_state_dict(load_file(path), strict=strict)
"""
TRANSFORMERS = """
import json
import torch
from safetensors.torch import load_file
__version__ = "5.0"
class Config:
    @classmethod
    def from_dict(cls, told):
        made = cls()
        made.__dict__.update(told)
        return made
class TinyModel(torch.nn.Module):
    config_class = Config
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.words = torch.nn.Embedding(config.vocab_size, 4)
    def forward(self, input_ids, attention_mask=None):
        assert not self.config.use_cache and self.config._attn_implementation == "eager"
        return {"last_hidden_state": self.words(input_ids) * attention_mask[..., None]}
    @classmethod
    def from_pretrained(cls, folder, config, use_safetensors, local_files_only,
                        output_loading_info):
        assert use_safetensors and local_files_only and output_loading_info
        found = load_file(folder / "model.safetensors")
        module = cls(config)
        told = module.load_state_dict(found, strict=False)
        return module, {"missing_keys": told.missing_keys, "mismatched_keys": []}
"""
CONFIG = {"architectures": ["TinyModel"], "vocab_size": 23, "use_cache": True}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where stand-ins of both libraries and a saved model lie."""
    import torch

    for name, text in {
        "timm/__init__.py": TIMM,
        "timm/models/__init__.py": TIMM_MODELS,
        "transformers/__init__.py": TRANSFORMERS,
        "saved/config.json": json.dumps(CONFIG),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    save_file({"words.weight": torch.randn(23, 4)}, tmp_path / "saved" / "model.safetensors")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name in ("timm", "timm.models", "transformers"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield tmp_path
    for name in ("timm", "timm.models", "transformers"):
        sys.modules.pop(name, None)


@pytest.mark.slow
def test_a_folder_becomes_a_release_file_that_says_all(folder: Path) -> None:
    shapes = [(name, (1, 6), "int32") for name in ("input_ids", "attention_mask")]
    path = init(f"hf:{folder}/saved", noise(shapes), out=folder / "release.toml", progress=False)
    (entry,) = read_release(path).models.values()
    assert entry.factory == "xport.library.zoo:hugging_face"
    assert json.loads(entry.arguments["config"]) == CONFIG
    assert entry.checkpoint == folder / "saved" / "model.safetensors"
    assert entry.loader == "xport.library.zoo:fill"
    assert [spec.values for spec in entry.signature.inputs] == [(0, 22), None]


@pytest.mark.slow
def test_a_name_of_timm_and_a_checkpoint_are_a_release_file(folder: Path) -> None:
    import torch

    save_file(torch.nn.Linear(4, 3).state_dict(), folder / "own.safetensors")
    path = init(
        "timm:small", noise([(None, (1, 4), "float32")]), arguments={"num_classes": 3},
        checkpoint=folder / "own.safetensors", out=folder / "release.toml", progress=False,
    )  # fmt: skip
    (entry,) = read_release(path).models.values()
    assert entry.arguments == {"name": "small", "num_classes": 3}
    assert entry.loader == "xport.library.zoo:fill_timm"
    assert entry.signature.outputs[0].shape == (1, 3)


def test_weights_that_are_not_there_are_named(folder: Path) -> None:
    import torch

    module = zoo.hugging_face(json.dumps(CONFIG))
    save_file({"other": torch.zeros(1)}, folder / "saved" / "model.safetensors")
    with pytest.raises(InputError, match=r"words\.weight is not in it as the model has it, 1 such"):
        zoo.fill(module, folder / "saved" / "model.safetensors")
    with pytest.raises(InputError, match="its weights are not the model's"):
        zoo.fill_timm(zoo.timm_model("small"), folder / "saved" / "model.safetensors")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (CONFIG | {"auto_map": {"AutoModel": "own.Own"}}, r"code of the folder \(auto_map\)"),
        ({"vocab_size": 23}, "it names no class"),
        (None, r"no config\.json can be read in it"),
    ],
)
def test_code_of_a_folder_is_not_run(
    config: dict[str, object] | None, words: str, folder: Path
) -> None:
    text = "{" if config is None else json.dumps(config)
    (folder / "saved" / "config.json").write_text(text)
    with pytest.raises(InputError, match=words):
        zoo.source_of(f"hf:{folder}/saved", {}, None)


def test_pickles_are_not_read(folder: Path) -> None:
    (folder / "saved" / "model.safetensors").rename(folder / "saved" / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"there is no model\.safetensors, and pickles are not"):
        zoo.source_of(f"hf:{folder}/saved", {}, None)
    with pytest.raises(InputError, match="no safetensors file, and pickles are not read"):
        zoo.source_of("timm:small", {}, "own.pth")


def test_what_a_library_has_not_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"transformers 5\.0 has no model 'Other'"):
        zoo.hugging_face(json.dumps(CONFIG | {"architectures": ["Other"]}))
    with pytest.raises(InputError, match=r"timm 1\.0 has no model 'huge'"):
        zoo.timm_model("huge")


@pytest.mark.parametrize("model", ["hf:folder", "timm:resnet50"])
def test_without_their_library_the_extra_is_named(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PackageMissing) as caught:
        zoo.source_of(model, {}, None)
    assert "xport-tfjs[zoo]" in str(caught.value)
    assert "xport-tfjs[zoo]" in remedy_for("timm")
