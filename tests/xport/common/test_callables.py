"""Finding a factory's code, in packages and in folders without `__init__.py`, imports nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xport.cli.doctor import Diagnosis, built_for_torch
from xport.common.callables import resolve, source_digest
from xport.errors import InputError


@pytest.mark.parametrize("name", ["plainfolder.models", "plainfolder.deeper.models"])
def test_the_code_of_a_folder_that_is_no_package_is_found(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
    file.parent.mkdir(parents=True)
    file.write_text("def build(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    before = source_digest(f"{name}:build", key="factory")
    file.write_text("def build(): return 1\n")
    assert source_digest(f"{name}:build", key="factory") != before
    assert not [one for one in sys.modules if one.startswith("plainfolder")]


NMS = "operator torchvision::nms does not exist"


@pytest.mark.parametrize(
    ("said", "package"),
    [
        (NMS, "torchvision"),
        ("operator torchaudio::sox_effects does not exist", "torchaudio"),
        ("/env/torchvision/_C.so: undefined symbol: _ZN3c106detail23tor", "torchvision"),
        ("operator my_operators::fold does not exist", "torchvision, or what else"),
        ("libtorchaudio: torchaudio/lib/_torchaudio.so: cannot open shared", "torchaudio"),
    ],
)
def test_a_package_built_for_another_torch_is_what_has_to_be_mended(
    said: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imports_it.py").write_text(f"raise RuntimeError({said!r})\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match="the module raised") as caught:
        resolve("imports_it:build", key="factory")
    assert caught.value.remedy.startswith(f"install the build of {package}")
    assert "both from the same place" in caught.value.remedy


def test_a_module_that_fails_by_itself_has_to_be_mended_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fails.py").write_text("raise RuntimeError('no such file: torchvision')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError) as caught:
        resolve("fails:build", key="factory")
    assert caught.value.remedy == "mend the module"


def test_doctor_imports_what_was_built_for_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(body: str) -> Diagnosis:
        (tmp_path / "torchaudio.py").write_text(body)
        return next(one for one in built_for_torch() if one.name == "package: torchaudio")

    facts = tmp_path / "torchaudio-9.9.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: torchaudio\nVersion: 9.9\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert installed("VALUE = 1\n").ok
    broken = installed(f"raise RuntimeError({NMS.replace('vision', 'audio')!r})\n")
    assert not broken.ok
    assert broken.optional
    assert "9.9 cannot be imported" in broken.found
    assert broken.remedy.startswith("install the build of torchaudio that belongs to torch")
