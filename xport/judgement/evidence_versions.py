"""Evidence of earlier versions, as the present one has it."""

from __future__ import annotations

import json

from xport.common.document import version_of
from xport.errors import DocumentError
from xport.judgement.verdict import RULES as PRESENT
from xport.plan.renames import ANY, POLICY, Rename, renamed

RENAMED = (
    Rename(("plan",), "ships", "shipped_artifact"),
    *(one.below("plan", "policy") for one in POLICY),
    Rename(("verdict", "checks", ANY), "because", "rationale"),
)
"""From version 1 to version 2; nothing else changed."""

VERSION = 4
PLAN_VERSION = 4
RULES = {1: 1, 2: 1, 3: 2}
"""The latest rules by which evidence of an earlier version was judged."""


def as_version_4(content: bytes, where: str) -> bytes:
    """The JSON of evidence of versions 1 to 4 as version 4 has it.

    Evidence of versions 1 and 2 was judged by rules 1, and holds nothing of the recordings on
    prepared images; of version 3 by the rules that it names, where what did not decide had a list
    of its own.
    What is no evidence with a version stays as it is, to be refused when it is validated.

    Raises:
        DocumentError: it is of another version.
    """
    version = version_of(content)
    if version is None:
        return content
    if version == VERSION:
        return _of_present_rules(content, where)
    if version not in RULES:
        raise DocumentError(
            f"evidence of version {version}, versions 1 to {VERSION} are read",
            where,
            "use the xport that made it",
        )
    document = json.loads(content)
    if version == 1:
        document = renamed(document, RENAMED)
    rules = min(RULES[version], document.get("rules", RULES[version]))
    document |= {"schema_version": VERSION, "rules": rules}
    verdict = document.get("verdict")
    if isinstance(verdict, dict) and (said := verdict.pop("advisories", None)):
        verdict["notes"] = [{"kind": "advisory", "text": sentence} for sentence in said]
    plan = document.get("plan")
    if isinstance(plan, dict) and plan.get("schema_version") in RULES:
        plan["schema_version"] = PLAN_VERSION
    return json.dumps(document).encode()


def _of_present_rules(content: bytes, where: str) -> bytes:
    """Evidence of the present version, which no earlier rules judge.

    Raises:
        DocumentError: it says that it was judged by earlier rules.
    """
    rules = json.loads(content).get("rules", PRESENT)
    if rules != PRESENT:
        raise DocumentError(
            f"evidence of version {VERSION} that was judged by rules {rules!r}, not {PRESENT}",
            where,
            "run `xport judge` again",
        )
    return content
