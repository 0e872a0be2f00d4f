"""What hosts are told is what the server says, file by file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser_harness.serve.server import serve_bundle
from tests.browser.harness.test_loopback_server import ask
from tests.conftest import MiniRun
from xport.common import hosting
from xport.workflow.run_folder import RunFolder

DOCS = Path(__file__).parents[3] / "docs" / "hosting.md"


def netlify_rules(text: str) -> dict[str, dict[str, str]]:
    """The headers of each path of a `_headers` file."""
    rules: dict[str, dict[str, str]] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            assert name not in rules[path], "a header said twice is joined, not replaced"
            rules[path][name] = value
        else:
            path = line
            assert path not in rules
            rules[path] = {}
    return rules


@pytest.fixture(scope="module")
def bundle(mini_run: MiniRun) -> Path:
    """The miniature run's bundle."""
    return RunFolder(mini_run.folder).bundle_path


def test_hosts_are_told_what_the_server_says(bundle: Path) -> None:
    rules = netlify_rules((bundle / "_headers").read_text())
    everywhere = rules.pop("/*")
    assert everywhere == hosting.HEADERS | {"Cache-Control": hosting.CACHE_CONTROL}
    files = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    with serve_bundle(bundle, port=0) as server:
        for name in ["", *sorted(files - set(hosting.HEADER_FILES))]:
            status, headers, _ = ask(server, f"/{name}", "HEAD")
            assert status == 200
            assert everywhere.items() <= dict(headers.items()).items()
            if name == "" or name.endswith((".html", ".js")):
                policy = rules[f"/{name}"]
                assert policy == {"Content-Security-Policy": headers["Content-Security-Policy"]}


def test_every_policy_stands_where_a_host_answers_once(bundle: Path) -> None:
    rules = netlify_rules((bundle / "_headers").read_text())
    assert rules["/report"] == rules["/report.html"]
    assert "script-src" not in rules["/report"]["Content-Security-Policy"]
    assert "script-src 'self'" in rules["/sw.js"]["Content-Security-Policy"]
    assert len(rules) <= 100, "Cloudflare Pages reads no more"
    assert all("*" not in path for path in rules if path != "/*")


def test_apache_is_told_the_same() -> None:
    text = hosting.header_files([])[".htaccess"]
    for name, value in hosting.HEADERS.items():
        assert f'Header always set {name} "{value}"' in text
    page, document = re.findall(r'Content-Security-Policy "([^"]+)"', text)
    assert (page, document) == (hosting.policy_for("index.html"), hosting.policy_for("card.html"))
    (pattern,) = re.findall(r'FilesMatch "([^"]+)"', text)
    for name, matches in (("index.html", False), ("report.html", True), ("app.js", False)):
        assert bool(re.search(pattern, name)) == matches
    for suffix in (".wasm", ".webmanifest", ".js"):
        assert f"AddType {hosting.MIME_TYPES[suffix].partition(';')[0]} {suffix}\n" in text


def test_scripts_from_blobs_are_allowed_where_wasm_has_threads_alone() -> None:
    for path in ("index.html", "engine.worker.js"):
        assert not re.search(r"(script|worker)-src[^;]*blob:", hosting.policy_for(path))
        assert len(re.findall(r"(script|worker)-src[^;]*blob:", hosting.policy_for(path, 2))) == 2
    for text in hosting.header_files(["index.html"], 2).values():
        assert hosting.policy_for("index.html", 2) in text
    assert hosting.policy_for("report.html", 2) == hosting.policy_for("report.html")
    page = f'<meta content="{hosting.policy_for("index.html")}" />'
    assert hosting.policy_for("index.html", 2) in hosting.with_threads(page)


def test_no_device_is_allowed_and_nothing_from_elsewhere() -> None:
    assert {"camera", "microphone", "geolocation"} <= set(hosting.DENIED)
    assert hosting.HEADERS["Permissions-Policy"].startswith("accelerometer=(), ")
    for path in ("index.html", "report.html"):
        policy = hosting.policy_for(path)
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        assert not re.search(r"https?:|\*|'unsafe-eval'", policy)


def test_the_documentation_says_these_headers() -> None:
    text = DOCS.read_text()
    for name, value in (hosting.HEADERS | {"Cache-Control": hosting.CACHE_CONTROL}).items():
        assert f'{name} "{value}"' in text
    for path in ("index.html", "report.html"):
        assert hosting.policy_for(path) in text


@pytest.mark.parametrize("path", ["index.html", "app.js", "engine.worker.js", "runner.html"])
@pytest.mark.parametrize("threads", [1, 4])
def test_a_pages_policy_lets_no_text_become_code(path: str, threads: int) -> None:
    policy = hosting.policy_for(path, threads)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert rules["script-src"].split()[-1] == "'wasm-unsafe-eval'"
    assert rules["style-src"] == rules["connect-src"] == "'self'"
