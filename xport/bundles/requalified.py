"""Evidence of a bundle that was played again, in another browser or on another engine."""

from __future__ import annotations

from typing import Literal

from xport.common.document import Document
from xport.comparison.parity import Comparison
from xport.exchange.recording import Recording
from xport.judgement.verdict import Check, Status
from xport.plan.plan import Plan


class Requalified(Document):
    """The bundle that was played: its release, and the digests of its manifest and evidence."""

    release: str
    title: str
    version: str | None
    verdict: Status
    manifest_sha256: str
    evidence_sha256: str
    xport: str
    tfjs: str | None


class PlayedEngine(Document):
    """Another engine than this xport's, as it was asked for, and what it was made from.

    `version` is what its packages say, `packages` the SHA-256 of each one's files, none where the
    page was built elsewhere. What really ran stands in each recording's environment (`tfjs`).
    """

    asked: str
    version: str
    packages: dict[str, str]


class Requalification(Document):
    """What came of a bundle's probes elsewhere: evidence of its own, which names the bundle.

    `plan` is the bundle's, of what was played alone, with the page that it was played on. `engine`
    is None where that is this xport's own. `status` is at most the bundle's own verdict.
    """

    schema_version: Literal[1] = 1
    made: str
    xport: str
    bundle: Requalified
    engine: PlayedEngine | None = None
    plan: Plan
    recordings: tuple[Recording, ...]
    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]
    status: Status

    def lines(self) -> list[str]:
        """The outcome for a person: the verdict, what did not pass, and where it was played."""
        bundle = self.bundle
        name = f"{bundle.title} ({bundle.release} {bundle.version or ''}".rstrip() + ")"
        bad = [check for check in self.checks if check.status is not Status.PASSED]
        webs = [one.environment.web for one in self.recordings if one.environment]
        browsers = dict.fromkeys(f"{web.browser} {web.version}" for web in webs if web)
        ran = dict.fromkeys(web.tfjs for web in webs if web)
        asked = f" (asked for: {self.engine.asked})" if self.engine else ""
        return [
            f"{self.status}  {name} requalified",
            *(
                f"{check.status}: {check.model}/{check.leg}"
                f"{f' {check.output}' if check.output else ''}: {check.message}"
                for check in bad
            ),
            f"bundle    manifest {bundle.manifest_sha256}, "
            f"verified with TF.js {bundle.tfjs or 'of a version that it does not tell'}",
            f"played in {', '.join(browsers) or 'no browser'}, TF.js "
            f"{', '.join(ran) or 'of no version: none ran'}{asked}",
            f"probes    {', '.join(f'{len(m.probes)} of {m.id}' for m in self.plan.models)}",
        ]
