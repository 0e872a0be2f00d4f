"""The miniature's bundle as a host serves it, which lies in one answer or another."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.saboteurs.said import Said, refusal_of
from tests.xport.fetching.conftest import Answer, Host, send
from tests.xport.signing.conftest import KeyPair, make_pair
from xport.publishing.channels import PAYLOAD_TYPE as CHANNEL_TYPE
from xport.publishing.channels import find_channel
from xport.publishing.documents import Channel
from xport.publishing.revocations import PAYLOAD_TYPE as LIST_TYPE
from xport.publishing.revocations import Revocations, Revoked
from xport.publishing.seen import FOLDER_VARIABLE
from xport.publishing.signed_documents import signed_envelope
from xport.publishing.stores import open_store
from xport.signing.keys import read_private_key
from xport.workflow.publishing import publish
from xport.workflow.receiving import Demands, received
from xport.workflow.targets import Publishing

CHANNEL = "channels/stable.json"
Answers = Mapping[str, Answer | bytes | None]
"""What a host says in the place of files, by the end of their path; None: that there is none."""


@dataclass(frozen=True)
class Site:
    """A target with one release, at which `stable` is, signed by its owner."""

    folder: Path
    owner: KeyPair
    stranger: KeyPair
    channel: Channel

    @classmethod
    def of(cls, bundle: Path, place: Path) -> Site:
        """The bundle, published."""
        place.mkdir()
        owner, stranger = make_pair(place, "owner"), make_pair(place, "stranger")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FOLDER_VARIABLE, str(place / "publisher"))
            publish(bundle, str(place / "site"), "stable", Publishing(key=owner.private))
        channel = find_channel(open_store(str(place / "site")), "stable").channel
        assert channel is not None
        return cls(place / "site", owner, stranger, channel)

    @property
    def release(self) -> str:
        """The path of the release's folder."""
        return self.channel.release.path

    def signed(self, stranger: bool = False, **changes: Any) -> bytes:
        """The channel's file with other fields."""
        key = read_private_key((self.stranger if stranger else self.owner).private, None, str)
        changed = self.channel.model_copy(update=changes)
        return signed_envelope(changed, key, CHANNEL_TYPE).content()

    def ended(self) -> bytes:
        """The channel's file, past its end."""
        return self.signed(expires=self.channel.written - timedelta(days=1))

    def revoked(self) -> bytes:
        """A list that names the release."""
        one = self.channel.release
        named = {"release": one.release, "version": one.version, "since": self.channel.written}
        revoked = Revoked(manifest_sha256=one.manifest_sha256, reason="it was wrong", **named)
        document = Revocations(
            list_id="0" * 16, sequence=1, revoked=(revoked,), written=self.channel.written
        )
        key = read_private_key(self.owner.private, None, str)
        return signed_envelope(document, key, LIST_TYPE).content()

    def received(self, path: str, *answers: Answers, key: bool = True) -> Said:
        """What `xport verify` says of an address whose host answers so, to one visitor in turn."""
        place = Path(tempfile.mkdtemp(dir=self.folder.parent))
        demands = Demands(key=self.owner.public if key else None, allow_http=True, patience=5.0)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FOLDER_VARIABLE, str(place / "seen"))
            said = self._served(path, answers, demands)
        shutil.rmtree(place)
        return said

    def _served(self, path: str, answers: Sequence[Answers], demands: Demands) -> Said:
        """What is said of the last of these answers, once all were asked for."""
        host = Host(self.folder)
        server = host.serve()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def verified() -> None:
            with received(f"{host.address}/{path}", demands):
                pass

        try:
            for given in answers:
                host.answers = {end: answer(one) for end, one in given.items()}
                said = refusal_of(verified)
            return said
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def answer(given: Answer | bytes | None) -> Answer:
    """How a host gives what it gives."""
    if given is None:
        return lambda request: request.send_error(404)
    if isinstance(given, bytes):
        return lambda request: send(request, given)
    return given
