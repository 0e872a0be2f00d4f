"""docs/hosting.md: how to host a bundle, with the very headers that the server sends."""

from __future__ import annotations

from pathlib import Path

from xport.common import hosting

TEXT = Path(__file__).with_name("hosting.md")
"""What is written by hand; a line NGINX or CADDY stands for that server's configuration."""


def hosting_document() -> str:
    """The document, with headers and policies from `xport.common.hosting`."""
    policies = (hosting.policy_for("index.html"), hosting.policy_for("report.html"))
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("NGINX\n", _nginx(*policies)).replace("CADDY\n", _caddy(*policies))


def _nginx(page: str, document: str) -> str:
    always = "".join(f'    add_header {k} "{v}" always;\n' for k, v in _everywhere().items())
    return f"""\
# in http: the policy of each file
map $uri $xport_policy {{
    default "{page}";
    ~/index\\.html$ "{page}";
    ~\\.html$ "{document}";
}}

# in server:
location /x-ray/ {{
    alias /srv/x-ray/; # the bundle's folder
    index index.html;
    include mime.types;
    types {{ application/manifest+json webmanifest; application/wasm wasm; }}
    add_header Content-Security-Policy $xport_policy always;
{always}}}
"""


def _caddy(page: str, document: str) -> str:
    always = "".join(f'        {k} "{v}"\n' for k, v in _everywhere().items())
    return f"""\
example.org {{
    root * /srv/x-ray
    map {{path}} {{xport_policy}} {{
        ~/index\\.html$ "{page}"
        ~\\.html$ "{document}"
        default "{page}"
    }}
    header {{
        Content-Security-Policy {{xport_policy}}
{always}    }}
    file_server
}}
"""


def _everywhere() -> dict[str, str]:
    return hosting.HEADERS | {"Cache-Control": hosting.CACHE_CONTROL}
