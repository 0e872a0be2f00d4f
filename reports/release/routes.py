"""Which models have no second opinion from an independent conversion, and why, in words."""

from __future__ import annotations

from reports.words import one_line
from xport.plan.plan import Plan


def without_second_route(plan: Plan) -> str:
    """`without a second route: …` with models and reasons; empty where no route is missing."""
    models: dict[str, list[str]] = {}
    for missing in plan.missing_routes:
        models.setdefault(missing.reason, []).append(missing.model)
    told = [f"{', '.join(names)}: {one_line(reason)}" for reason, names in models.items()]
    return f"without a second route: {'; '.join(told)}" if told else ""
