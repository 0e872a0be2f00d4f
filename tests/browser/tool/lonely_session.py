"""A session of the tool in a network namespace of its own, with the loopback interface alone.

`unshare --net python -m tests.browser.tool.lonely_session SITE PICTURE SHADERS` prints what was
found.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import socket
import struct
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.browser.tool.app_bundles import launch
from tests.browser.tool.tool_page import opened_tool

SET_FLAGS = 0x8914
UP = 0x1 | 0x40
"""IFF_UP and IFF_RUNNING; the ioctl is SIOCSIFFLAGS."""


def raise_loopback() -> None:
    """Switch the loopback interface on, which a new namespace has switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def main(site: Path, picture: Path, shader_cache: Path) -> None:
    """Agree, examine an image, explain a finding."""
    raise_loopback()
    with sync_playwright() as playwright:
        browser = launch(playwright, shader_cache)
        with opened_tool(browser, site) as tool:
            tool.agree()
            tool.examine(picture)
            why = tool.page.get_by_role("button", name="Explain Finding 1", exact=True)
            why.click()
            expect(why).to_have_attribute("aria-pressed", "true")
            rows = list(csv.DictReader(io.StringIO(tool.saved("Save as CSV"))))
            found = {
                "interfaces": [name for _, name in socket.if_nameindex()],
                "outputs": [float(row["output"]) for row in rows],
                "explained": True,
            }
        browser.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
