"""Bundles of tiny models, and the deployed page on them in a real browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser_harness.drive.models import listing_of
from browser_harness.launch.browsers import NOT_BY_DEFAULT, Graphics, find_browser, plan_launch
from browser_harness.serve.assets import app_files
from browser_harness.serve.server import serve_bundle
from reference.decide.rule import VIEW_LABELS
from reference.decoding import decode
from reference.preprocess import AUTOENCODER, Preprocess
from reference.samples.synthetic import synthetic_image, synthetic_name
from tests.browser.tiny_model import Autoencoder, Classifier, View
from xport.bundles.manifest import (
    MANIFEST,
    DataFile,
    Example,
    FileEntry,
    Manifest,
    write_file,
)
from xport.bundles.self_test import (
    SELF_TEST,
    OutputTolerance,
    PictureInputs,
    RecordedCase,
    RecordedCases,
    write_self_test,
)
from xport.common import digests, hosting
from xport.formats.artifact import Signature
from xport.inputs.images import ImageFile, example_files

LABELS = [f"Finding_{index + 1}" for index in range(14)]
RULE = Preprocess(size=32, channels=3, low=0.0, high=1.0, fit="crop")
VIEWED = Preprocess(size=32, channels=1, low=-1.0, high=1.0, fit="stretch")
WEIGHTS = "untrained demonstration weights"
WAIT_MS = 60_000
TOLERANCE = 1e-4


def launch(playwright: Any, shader_cache: Path, *extra: str) -> Browser:
    """A browser as the harness launches it."""
    browser: Browser = playwright.chromium.launch(**_how(playwright, shader_cache, *extra))
    return browser


def launch_persistent(playwright: Any, profile: Path, shader_cache: Path) -> BrowserContext:
    """The same with a profile, which has preferences of its own."""
    how = _how(playwright, shader_cache)
    context: BrowserContext = playwright.chromium.launch_persistent_context(profile, **how)
    return context


def _how(playwright: Any, shader_cache: Path, *extra: str) -> dict[str, Any]:
    plan = plan_launch(Graphics.AUTO, shader_cache=shader_cache, extra_flags=extra)
    return {
        "executable_path": find_browser(None, Path(playwright.chromium.executable_path)),
        "args": list(plan.flags),
        "env": {**os.environ, **plan.variables},
        "ignore_default_args": [NOT_BY_DEFAULT],
        "chromium_sandbox": True,
    }


def entry(kind: str, folder: Path, signature: Signature, rule: Preprocess) -> dict[str, Any]:
    """One model of manifest.json."""
    return {
        "kind": kind,
        "title": f"Tiny {kind}",
        "path": f"models/{folder.name}/",
        "signature": signature.model_dump(mode="json"),
        "labels": {"classifier": LABELS, "view": [*VIEW_LABELS]}.get(kind),
        "weights": WEIGHTS,
        "explains": None,
        "preprocess": {
            "path": f"models/{folder.name}.json",
            "sha256": rule.digest(),
            "bytes": len(rule.document()),
        },
        "files": {name: file.model_dump() for name, file in listing_of(folder).items()},
    }


class BadClassifier(Classifier):
    """A classifier whose weights are replaced."""

    def __init__(self, kernel: float, bias: float) -> None:
        super().__init__()
        object.__setattr__(self, "values", (kernel, bias))

    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """Kernel and bias, each of one value."""
        kernel, bias = super().weights()
        values: tuple[float, float] = self.values  # type: ignore[attr-defined]
        return np.full_like(kernel, values[0]), np.full_like(bias, values[1])


def make_bundle(
    folder: Path,
    classifier: Classifier,
    autoencoder: Autoencoder | None = None,
    **changes: Any,
) -> Path:
    """A bundle with the built app, both tiny models, their self-test and an example.

    Args:
        changes: replace top-level keys of manifest.json.
    """
    folder.mkdir()
    for name, path in app_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
    autoencoder = autoencoder or Autoencoder()
    clf = classifier.write(folder / "models" / "clf", 3)
    ae = autoencoder.write(folder / "models" / "ae")
    (folder / "models" / "clf.json").write_bytes(RULE.document())
    (folder / "models" / "ae.json").write_bytes(AUTOENCODER.document())
    (folder / "report.html").write_text("<style>p { color: rgb(1, 2, 3) }</style><p>The report")
    example = write_example(folder)
    models = {"clf": cases_of(classifier, RULE), "ae": cases_of(autoencoder, AUTOENCODER)}
    manifest = {
        "release": "1.2.3",
        "title": "Chest X-ray findings",
        "verdict": "PASSED",
        "wasm_threads": 1,
        "models": {
            "clf": entry("classifier", clf, classifier.signature, RULE),
            "ae": entry("autoencoder", ae, autoencoder.signature, AUTOENCODER),
        },
        "self_test": write_self_test(folder, models, [picture_of(example)]).model_dump(),
        "examples": [example.model_dump()],
        "tools": {"xport": "0.0.0", "torch": "0.0.0"},
        "backends": ["webgl", "wasm", "cpu"],
        "files": {},
        **changes,
    }
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    for name, text in hosting.header_files(names).items():
        (folder / name).write_text(text)
    relist(folder, Manifest.model_validate_json(json.dumps(manifest)))
    return folder


def add_view(site: Path, rule: bytes) -> Path:
    """Give a bundle a tiny view model, with cases of its self-test, and a rule that decides."""
    view = View()
    folder = view.write(site / "models" / "view")
    (site / "models" / "view.json").write_bytes(VIEWED.document())
    manifest = Manifest.read(site / MANIFEST)
    bundled = {**manifest.model_dump(mode="json")["models"]}
    bundled["view"] = entry("view", folder, view.signature, VIEWED)
    listed = write_file(site, "rule.json", rule)
    models = {
        "clf": cases_of(Classifier(), RULE),
        "ae": cases_of(Autoencoder(), AUTOENCODER),
        "view": cases_of(view, VIEWED),
    }
    pictures = [picture_of(example) for example in manifest.examples]
    write_self_test(site, models, pictures)
    fields = manifest.model_dump(mode="json") | {"models": bundled, "rule": listed.model_dump()}
    relist(site, Manifest.model_validate_json(json.dumps(fields)))
    return site


def relist(site: Path, manifest: Manifest | None = None) -> None:
    """Write manifest.json with the digests that the bundle's files have now.

    A test that changes a file calls this, unless the stale digest is what it is about.
    """
    found = manifest or Manifest.read(site / MANIFEST)
    whole = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    entries = {
        name: FileEntry(sha256=digests.of_file(path), bytes=path.stat().st_size)
        for name, path in sorted(whole.items())
        if name != MANIFEST and name not in found.model_files()
    }
    test = entries[SELF_TEST].model_copy(update={"path": SELF_TEST})
    listed = DataFile.model_validate(test.model_dump())
    found.model_copy(update={"files": entries, "self_test": listed}).write(site / MANIFEST)


@cache
def _example() -> ImageFile:
    return example_files(1)[0]


def write_example(folder: Path) -> Example:
    """A drawn chest in the bundle."""
    image = _example()
    file = write_file(folder, f"examples/{image.name}", image.content)
    return Example(title=image.example or "", **file.model_dump())


def picture_of(example: Example) -> PictureInputs:
    """What both definitions make of the example."""
    picture = decode(_example().content, example.path)
    rules = {"clf": RULE, "ae": AUTOENCODER}
    by_model = {model: digests.of_array(rule.apply(picture)) for model, rule in rules.items()}
    return PictureInputs(path=example.path, digest_by_model=by_model)


def cases_of(model: Classifier | Autoencoder, rule: Preprocess) -> RecordedCases:
    """Three images and what numpy says of them, with tolerances for every output."""
    cases = []
    for index in (0, 2, 4):
        image = rule.apply(synthetic_image(index, seed=5))
        with np.errstate(all="ignore"):
            outputs = {k: v.astype(np.float32) for k, v in model.in_numpy(image).items()}
        cases.append(RecordedCase(synthetic_name(index), {"image": image}, outputs))
    tolerances = [
        OutputTolerance(output=spec.name, max_abs=TOLERANCE, because="float32 against float64")
        for spec in model.signature.outputs
    ]
    return RecordedCases(cases, tolerances)


Spoil = Literal["value", "nan", "truncated", "missing", "no cases", "unbounded"]


def spoil_self_test(site: Path, how: Spoil, model: str = "clf") -> None:
    """Break the self-test of one model in a bundle; all digests are made to fit again.

    Args:
        how: `value`: PyTorch said something else by 0.5, as if this device computed wrongly; `nan`:
            a reference value is NaN; `truncated`, `missing`: an output's file; `no cases`;
            `unbounded`: an output has no tolerance.
    """
    path = site / SELF_TEST
    document = json.loads(path.read_text())
    tested = document["models"][model]
    name, file = next(iter(tested["cases"][0]["outputs"].items()))
    output = site / file["path"]
    values = np.fromfile(output, "<f4")
    values[0] = np.nan if how == "nan" else values[0] + 0.5
    if how in ("value", "nan", "truncated"):
        data = values.tobytes() if how != "truncated" else values[:-1].tobytes()
        output.write_bytes(data)
        file |= {"sha256": digests.of_bytes(data), "bytes": len(data)}
    elif how == "missing":
        output.unlink()
    elif how == "no cases":
        tested["cases"] = []
    else:
        tested["tolerances"] = [one for one in tested["tolerances"] if one["output"] != name]
    path.write_text(json.dumps(document))
    relist(site)


def attach(site: Path, model: str, kind: str, content: bytes) -> Path:
    """Give a model of a bundle a document (`preprocess`, `calibration`, `gate`) that is listed."""
    path = site / "models" / model / f"{kind}.json"
    path.write_bytes(content)
    manifest = json.loads((site / MANIFEST).read_text())
    listed = DataFile(
        path=f"models/{model}/{kind}.json", sha256=digests.of_bytes(content), bytes=len(content)
    )
    manifest["models"][model][kind] = listed.model_dump()
    (site / MANIFEST).write_text(json.dumps(manifest))
    return path


def choose(page: Page, file: Path) -> None:
    """Choose an image file once the page is ready."""
    wait_for(page, "ready")
    page.get_by_label("Choose an X-ray image").set_input_files(file)


def numbers(page: Page, table: str = "findings") -> dict[str, float]:
    """What a table holds, every digit of it, by finding."""
    script = """(rows) => rows.map((row) =>
        [row.querySelector("th").textContent, Number(row.querySelector("data").value)])"""
    return dict(page.locator(f"#{table}-rows tr").evaluate_all(script))


@contextmanager
def opened(browser: Browser, bundle: Path, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """The app from a server, and the URLs of all requests that the page makes."""
    with serve_bundle(bundle, port=0) as server:
        context = browser.new_context(**options)
        context.set_default_timeout(WAIT_MS)
        requests: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        page = context.new_page()
        page.goto(server.url + "/")
        try:
            yield page, requests
        finally:
            context.close()


def wait_for(page: Page, state: str) -> None:
    """Wait until the page is in a state."""
    expect(page.locator("body")).to_have_attribute("data-state", state, timeout=WAIT_MS)


def expected_values(picture: Path, classifier: Classifier) -> np.ndarray:
    """The probabilities, through the reference's preprocessing and numpy."""
    image = RULE.apply(np.asarray(Image.open(picture)))
    return classifier.in_numpy(image)["probabilities"][0]


def grey_of(page: Page, canvas: str) -> np.ndarray:
    """The red channel of a canvas."""
    script = """(canvas) => Array.from(canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 === 0))"""
    return np.asarray(page.locator(f"#{canvas}").evaluate(script))
