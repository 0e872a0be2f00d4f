"""Evidence of earlier versions, as the present one has it."""

from __future__ import annotations

import json

from xport.common.document import version_of
from xport.errors import DocumentError
from xport.plan.renames import ANY, POLICY, Rename, renamed

RENAMED = (
    Rename(("plan",), "ships", "shipped_artifact"),
    *(one.below("plan", "policy") for one in POLICY),
    Rename(("verdict", "checks", ANY), "because", "rationale"),
)
"""From version 1 to version 2; nothing else changed."""

VERSION = 3
PLAN_VERSION = 3


def as_version_3(content: bytes, where: str) -> bytes:
    """The JSON of evidence of version 1, 2 or 3 as version 3 has it.

    Earlier evidence was judged by rules 1, and holds nothing of the recordings on prepared images.
    What is no evidence with a version stays as it is, to be refused when it is validated.

    Raises:
        DocumentError: it is of another version.
    """
    version = version_of(content)
    if version in (None, VERSION):
        return content
    if version not in (1, 2):
        raise DocumentError(
            f"evidence of version {version}, versions 1 to {VERSION} are read",
            where,
            "use the xport that made it",
        )
    document = json.loads(content)
    if version == 1:
        document = renamed(document, RENAMED)
    document |= {"schema_version": VERSION, "rules": 1}
    plan = document.get("plan")
    if isinstance(plan, dict) and plan.get("schema_version") in (1, 2):
        plan["schema_version"] = PLAN_VERSION
    return json.dumps(document).encode()
