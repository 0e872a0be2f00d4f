"""Write the documents that are made from code; a test says when one is out of date.

Run by `make goldens`; review the diff before committing it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def goldens() -> dict[Path, str]:
    """Every golden document by path: schemas, and the CLI's help."""
    from reference.preprocess import Preprocess
    from scripts.hosting_document import hosting_document
    from tests.saboteurs.table import document as saboteurs
    from xport.judgement.evidence import Evidence
    from xport.release_file.file import PolicyFile, ReleaseFile

    docs = ROOT / "docs"
    schemas = {"release": ReleaseFile, "policy": PolicyFile, "evidence": Evidence}
    schemas["preprocess"] = Preprocess
    return {
        **{
            docs / f"{name}.schema.json": json.dumps(kind.model_json_schema(), indent=2) + "\n"
            for name, kind in schemas.items()
        },
        docs / "cli.md": _cli(),
        docs / "hosting.md": hosting_document(),
        docs / "saboteurs.md": saboteurs(),
    }


def operators() -> dict[Path, str]:
    """The table of operators, made by converting ONNX's own tests (seconds)."""
    from tests.browser.writer.operator_table import table

    return {ROOT / "docs" / "operators.md": table()}


def write_pictures() -> None:
    """Write the contact sheet of phantoms (seconds)."""
    from reference.phantoms.sheet import contact_sheet

    contact_sheet().save(ROOT / "docs" / "phantoms.png", optimize=True)


def write_screens() -> None:
    """Take the tool's screenshots in a browser (half a minute)."""
    import tempfile

    import skimage
    from playwright.sync_api import sync_playwright

    from tests.browser.tool import screens
    from tests.browser.tool.app_bundles import launch
    from tests.browser.tool.tool_site import example_of, make_site

    photograph = Path(skimage.__file__).parent / "data" / "camera.png"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = make_site(Path(folder) / "site")
        chest = example_of(site)
        browser = launch(playwright, Path(folder) / "shaders")
        for name in screens.SCREENS:
            with screens.opened_screen(browser, site, name, chest, photograph) as take:
                screens.write(name, take(""))
        browser.close()


def _cli() -> str:
    from xport.cli.main import COMMANDS

    parts = ["# Command line", "Written by `make goldens` from the commands' own help."]
    for command in ("", *COMMANDS):
        parts.append(f"## `{' '.join(['xport', *command.split()])}`")
        parts.append(f"```text\n{_help(command)}```")
    return "\n\n".join(parts) + "\n"


def _help(command: str) -> str:
    from xport.cli.main import main

    os.environ["COLUMNS"] = "90"
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([*command.split(), "--help"])
    return out.getvalue()


if __name__ == "__main__":
    for path, text in {**goldens(), **operators()}.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        print(path.relative_to(ROOT))
    write_pictures()
    write_screens()
