"""What an address names: a release's folder or a channel, and the target around it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from xport.errors import InputError
from xport.publishing.documents import CHANNELS, NAMES, RELEASES, ChannelName
from xport.publishing.stores import without_password

GIVE = "give the address of a release's folder, or of channels/stable.json"
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Address:
    """A published bundle's place.

    Args:
        shown: as people are told it.
        folder: the address of the release's folder, with a slash at its end; None of a channel.
        channel: which one it is; None of a release's folder.
        target: the address of the target's root, with a slash at its end; None where the folder
            does not lie in one, so that nothing beside it is known.
    """

    shown: str
    folder: str | None
    channel: ChannelName | None
    target: str | None


def is_address(place: str) -> bool:
    """Whether it is meant as an address, not as a path."""
    return "://" in place


def read_address(text: str, *, allow_http: bool = False) -> Address:
    """An address as somebody typed it.

    `manifest.json` and `index.html` at its end are left out: their folder is meant.

    Raises:
        InputError: it is none that xport reads: no https, with a name and password, with a query.
    """
    shown = without_password(text)
    try:
        parts = urlsplit(text)
        named, port = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"is no address: {error}", shown, GIVE) from error
    if parts.scheme not in PORTS or not named:
        raise InputError("is no address of https", shown, GIVE)
    if parts.scheme == "http" and not allow_http:
        raise InputError(
            "is not encrypted: whoever is on the way can change what it says, and see what is read",
            shown,
            "give the address with https://; --allow-http reads it all the same",
        )
    if parts.username is not None or parts.password is not None:
        raise InputError(
            "has a name or password in it", shown, "give an address that anybody reads"
        )
    if parts.query or parts.fragment:
        raise InputError("has a query or a fragment, which no folder has", shown, GIVE)
    host = f"[{named}]" if ":" in named else named
    origin = f"{parts.scheme}://{host}" + (
        f":{port}" if port and port != PORTS[parts.scheme] else ""
    )
    steps = [quote(unquote(step), safe="+") for step in parts.path.split("/") if step]
    if ".." in steps or "." in steps:
        raise InputError("has . or .. in its path", shown, GIVE)
    return _placed(shown, origin, steps)


def _placed(shown: str, origin: str, steps: list[str]) -> Address:
    if steps[-2:-1] == [CHANNELS]:
        for name in NAMES:
            if steps[-1] == f"{name}.json":
                return Address(shown, None, name, _folder(origin, steps[:-2]))
    if steps[-1:] in (["manifest.json"], ["index.html"]):
        steps = steps[:-1]
    target = _folder(origin, steps[:-2]) if steps[-2:-1] == [RELEASES] else None
    return Address(shown, _folder(origin, steps), None, target)


def _folder(origin: str, steps: list[str]) -> str:
    return "/".join([origin, *steps, ""])


def origin_of(address: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a page of this address may speak to."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme, 0)
