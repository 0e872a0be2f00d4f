"""The wheel, installed into an empty environment and used in an empty folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reference.defaults import RELEASE
from tests.conftest import ROOT
from tests.wheel.conftest import Built, Installed, build, copy_of_the_checkout, install, own_release
from xport.plan.plan import Plan

LARGEST_MIB = 60
FILES = (
    "import importlib.metadata as m; print('\\n'.join(str(one) for one in m.files('xport-tfjs')))"
)


def test_the_wheel_is_small_enough(built: Built) -> None:
    assert built.wheel.stat().st_size < LARGEST_MIB * 2**20


def test_what_is_imported_is_the_wheels(installed: Installed, place: Path) -> None:
    found = installed.says(
        "import xport, reference, reports, browser_harness as b;"
        "print(xport.__file__, reference.__file__, reports.__file__, b.__file__)",
        place,
    ).split()
    assert all(Path(one).is_relative_to(installed.folder) for one in found)


@pytest.mark.parametrize("name", ["tests", "scripts", "tensorflow", "setup"])
def test_nothing_of_the_checkout_is_there(installed: Installed, place: Path, name: str) -> None:
    assert installed.run("-c", f"import {name}", cwd=place, program=("python",)).returncode == 1
    paths = json.loads(installed.says("import json, sys; print(json.dumps(sys.path))", place))
    assert ROOT not in map(Path, paths)


def test_doctor_finds_page_and_browser(installed: Installed, place: Path) -> None:
    done = installed.run("doctor", "--json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {one["name"]: one["ok"] for one in json.loads(done.stdout)["findings"]}
    assert found["built page"]
    assert found["browser: wasm"]
    assert not found["toolchain: tensorflow"]


@pytest.mark.parametrize("named", [(), ("-p", "xport.pytest_plugin")])
def test_pytest_has_the_plug_in_which_loads_nothing_unasked(
    installed: Installed, place: Path, named: tuple[str, ...]
) -> None:
    (place / "test_own.py").write_text(
        "import sys\n"
        "def test_own(pytestconfig):\n"
        "    assert pytestconfig.getoption('xport_release') is None\n"
        "    assert not {'numpy', 'pydantic', 'xport.api'} & {*sys.modules}\n"
    )
    strict = ("-W", "error", "--strict-config", "-p", "no:cacheprovider")
    words = ("-m", "pytest", *strict, *named, "test_own.py")
    done = installed.run(*words, cwd=place, program=("python",))
    assert done.returncode == 0, done.stdout + done.stderr


def test_convert_writes_every_artifact(installed: Installed, place: Path) -> None:
    own_release(place)
    done = installed.run("convert", "my.toml", "--out", "converted", "--json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    artifacts = json.loads(done.stdout)["artifacts"]
    assert set(artifacts) == {"classifier/torch", "classifier/onnx", "classifier/tfjs"}
    assert all(Path(one).is_dir() for one in artifacts.values())


def test_a_model_of_ones_own_is_released_in_a_real_browser(
    released: dict[str, Any], place: Path
) -> None:
    assert released["verdict"] == "PASSED"
    assert (place / released["bundle"] / "index.html").is_file()
    assert (place / released["report"]).is_file()


@pytest.mark.usefixtures("released")
def test_its_bundle_is_verified(installed: Installed, place: Path) -> None:
    done = installed.run("verify", "run/bundle", "--json", cwd=place)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "PASSED"


@pytest.mark.usefixtures("released")
def test_its_bundle_is_served(installed: Installed, place: Path) -> None:
    command = [str(installed.folder / "bin" / "xport"), "serve", "run/bundle"]
    with subprocess.Popen(
        command, cwd=place, env=installed.variables_of(), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        page = urllib.request.urlopen(url).read()
        server.terminate()
    assert page == (place / "run" / "bundle" / "index.html").read_bytes()
    assert server.returncode == 0


@pytest.mark.usefixtures("released")
def test_bench_compares_tfjs_with_onnxruntime_web(installed: Installed, place: Path) -> None:
    artifacts = Plan.read(place / "run" / "plan.json").model("classifier").artifacts
    models = (artifacts["tfjs"].path, artifacts["onnx"].path / "model.onnx")
    options = ("--backend", "wasm", "--rounds", "2", "--json")
    done = installed.run("bench", *models, *options, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)["backends"][0]["rows"]
    assert [row["measured"]["engine"] for row in rows] == ["tfjs", "onnxruntime-web"]


def test_the_default_release_and_its_checkpoints_came_with_the_wheel(
    installed: Installed, place: Path
) -> None:
    """What `xport demo` releases, as far as its conversion: a whole release takes minutes."""
    code = "from reference.defaults import RELEASE; print(RELEASE)"
    release = Path(installed.says(code, place).strip())
    assert release.is_relative_to(installed.folder)
    assert release.read_bytes() == RELEASE.read_bytes()
    done = installed.run("convert", release, "--out", "demo", "--json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    plan = Plan.read(place / "demo" / "plan.json")
    assert [model.id for model in plan.models] == [
        "classifier",
        "autoencoder",
        "view",
        "explanation",
    ]
    assert plan.rule is not None
    assert all(model.trained for model in plan.models if model.kind != "explanation")
    assert {one.model for one in plan.missing_routes} == {"classifier", "autoencoder", "view"}
    checked = installed.run("check", release, "--json", cwd=place)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    states = {one["name"]: one["state"] for one in json.loads(checked.stdout)["findings"]}
    assert states.pop("toolchain tensorflow") == "optional"
    assert {*states.values()} == {"ok"}
    said = installed.run("demo", "--help", cwd=place)
    assert (said.returncode, "build/demo" in said.stdout, "--phantoms" in said.stdout) == (
        0,
        True,
        True,
    )


def test_an_sdist_is_installed_without_node(built: Built, installed: Installed) -> None:
    """Its wheel has the files of the other, and the page is not built again."""
    import venv

    folder = installed.folder.parent / "from-sdist"
    venv.create(folder, with_pip=False, symlinks=True)
    other = Installed(folder, installed.packages)
    install(other, built.sdist)
    names = zipfile.ZipFile(built.wheel).namelist()
    found = {one for one in other.says(FILES, folder).splitlines() if "__pycache__" not in one}
    assert {one for one in names if ".dist-info" not in one} <= found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, to be spoiled and mended again."""
    return copy_of_the_checkout(tmp_path_factory.mktemp("spoiled") / "source")


@pytest.mark.parametrize("what", ["wheel", "sdist"])
@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("dist/build.json", "the web page has not been built"),
        ("dist/ort/ort.wasm.min.mjs", "the built web page is not whole"),
        ("engine/index.ts", "the built web page is older than"),
    ],
)
def test_a_page_that_is_not_there_whole_and_up_to_date_is_refused(
    source: Path, tmp_path: Path, what: str, file: str, said: str
) -> None:
    path = source / "browser_harness" / "web" / file
    kept = tmp_path / "kept"
    shutil.copy(path, kept)
    if file.startswith("dist"):
        path.unlink()
    else:
        path.write_text(f"// Another line.\n{path.read_text()}")
    code = f"from setuptools import build_meta as b; b.build_{what}('{{}}')"
    done = build(source, tmp_path / "out", code)
    shutil.copy(kept, path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [one for one in done.stderr.splitlines() if one.startswith("error: ")]
    assert said in line
    assert path.name in line
    assert "make setup" in line
    assert not list((tmp_path / "out").iterdir())
