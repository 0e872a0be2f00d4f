"""How a bundle is served, said once: headers, types, and the files that tell hosts of them.

A bundle is a folder of files that works under any path of any static host. The headers make it
safer and, where wasm runs on several threads, make it run at all; `docs/hosting.md` says what is
lost without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

MIME_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
OTHER_TYPE = "application/octet-stream"

# 'wasm-unsafe-eval' lets the browser compile WebAssembly and nothing else.
SCRIPTS, WORKERS = "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'"
# TF.js starts several wasm threads from blobs that it makes itself; one thread needs none.
THREADED = {
    SCRIPTS: "script-src 'self' blob: 'wasm-unsafe-eval'",
    WORKERS: "worker-src 'self' blob:",
}
POLICY = (
    "default-src 'none'",
    SCRIPTS,
    WORKERS,
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "style-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

# Other documents, such as the report: no script at all; their styles are inside them.
DRIVEN = ("runner.html", "bench.html")
PAGES = ("index.html", *DRIVEN)
DOCUMENT_POLICY = (
    "default-src 'none'",
    "img-src 'self' data:",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

CONTENT_SECURITY_POLICY = "Content-Security-Policy"

# The page reads a picture through a file input, so it needs no camera, nor any other device.
DENIED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)

HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED),
}
"""Those that every answer has; a Content-Security-Policy is added by `policy_for`."""

CACHE_CONTROL = "no-cache"
"""Keep, but ask before each use whether it is still the same: names do not change with content."""

HEADER_FILES = ("_headers", ".htaccess")
"""What hosts read and do not serve: Netlify and Cloudflare Pages one, Apache the other."""


def policy_for(path: str, threads: int = 1) -> str:
    """The Content-Security-Policy of a file: documents that are no page run no script.

    Args:
        threads: of wasm, that the release was verified with; pages that CI drives take any number.
    """
    name = PurePosixPath(path).name
    if name.endswith(".html") and name not in PAGES:
        return "; ".join(DOCUMENT_POLICY)
    policy = "; ".join(POLICY)
    return with_threads(policy) if threads > 1 or name in DRIVEN else policy


def with_threads(text: str) -> str:
    """A page's policy, or a page that says it, as wasm on several threads needs it."""
    for single, threaded in THREADED.items():
        text = text.replace(single, threaded)
    return text


def type_of(path: str) -> str:
    """The Content-Type of a file, by its suffix."""
    return MIME_TYPES.get(PurePosixPath(path).suffix, OTHER_TYPE)


def header_files(paths: Iterable[str], threads: int = 1) -> dict[str, str]:
    """The files that tell hosts how to serve a bundle of these files, by name."""
    netlify, apache = HEADER_FILES
    return {netlify: _netlify(sorted(paths), threads), apache: _apache(threads)}


def _netlify(paths: Iterable[str], threads: int) -> str:
    # Where several rules match, both hosts join the values, and two policies together allow only
    # what both do. So each policy stands once, at its very path. Both know our types.
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    lines.append(f"  Cache-Control: {CACHE_CONTROL}")
    for path in paths:
        for address in _addresses(path):
            lines += [f"/{address}", f"  {CONTENT_SECURITY_POLICY}: {policy_for(path, threads)}"]
    return "\n".join(lines) + "\n"


def _addresses(path: str) -> Iterator[str]:
    """Where a host answers with a file that has a policy: documents, and scripts for workers."""
    if path.endswith((".html", ".js")):
        yield path
    if path == "index.html":
        yield ""
    elif path.endswith(".html"):
        yield path.removesuffix(".html")  # Cloudflare Pages sends readers there


def _apache(threads: int) -> str:
    types = "".join(
        f"AddType {kind.partition(';')[0]} {suffix}\n" for suffix, kind in MIME_TYPES.items()
    )
    always = "".join(f'  Header always set {name} "{value}"\n' for name, value in HEADERS.items())
    page, document = policy_for("index.html", threads), policy_for("report.html")
    return f"""\
Options -Indexes
DirectoryIndex index.html
AddDefaultCharset utf-8
{types}<IfModule mod_headers.c>
{always}  Header always set Cache-Control "{CACHE_CONTROL}"
  Header always set {CONTENT_SECURITY_POLICY} "{page}"
  <FilesMatch "^(?!index\\.html$).*\\.html$">
    Header always set {CONTENT_SECURITY_POLICY} "{document}"
  </FilesMatch>
</IfModule>
"""
