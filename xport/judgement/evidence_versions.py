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
"""From version 1 to version 2, whose plan is of version 2 too; nothing else changed."""

VERSION = 2


def as_version_2(content: bytes, where: str) -> bytes:
    """The JSON of evidence of version 1 or 2 as version 2 has it.

    What is no evidence with a version stays as it is, to be refused when it is validated.

    Raises:
        DocumentError: it is of another version.
    """
    version = version_of(content)
    if version in (None, VERSION):
        return content
    if version != 1:
        raise DocumentError(
            f"evidence of version {version}, versions 1 and {VERSION} are read",
            where,
            "use the xport that made it",
        )
    document = renamed(json.loads(content), RENAMED)
    assert isinstance(document, dict)
    document["schema_version"] = VERSION
    plan = document.get("plan")
    if isinstance(plan, dict) and plan.get("schema_version") == 1:
        plan["schema_version"] = VERSION
    return json.dumps(document).encode()
