"""Waivers of what nobody can waive, waivers that have ended, and values beyond what is waived."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from tests.saboteurs.bench import Bench, Held
from tests.saboteurs.mutations.floor import soften
from tests.saboteurs.said import Said
from tests.saboteurs.table import Mutation
from xport.plan.policy import Waiver

LEG = ("classifier", "tfjs/wasm")
BASELINES = ("torch", "onnx", "torch-float64", "tfjs-tf/wasm")
FOREVER = datetime.date(2999, 12, 31)


def waive(held: Held, bound: float = 1e9, until: datetime.date = FOREVER, **more: Any) -> None:
    """Waive every distance of the classifier's wasm leg, by its name, and more checks of it."""
    names = [f"within tolerance of {leg}" for leg in BASELINES] + ["the paper's criterion"]
    checks = [(output, name) for output in ("logits", "probabilities") for name in names]
    checks += [(None, name) for name in ("recorded", "environment", "witness", "determinism")]
    checks += [(output, "sane") for output in ("logits", "probabilities")]
    waivers = [
        Waiver(
            model=LEG[0],
            leg=LEG[1],
            output=output,
            check=name,
            bound=bound,
            rationale="whoever is in charge knows of it",
            owner="Somebody",
            until=until,
        )
        for output, name in checks
    ]
    soften(held, waivers=tuple(waivers), **more)


def failed(
    name: str, what: str, said: str, spoil: Callable[[Held], object], outcome: Any = "FAILED"
) -> Mutation:
    """A broken leg whose every check is waived, in vain."""

    def attempt(bench: Bench) -> Said:
        return bench.judged(spoil)

    return Mutation(name, what, "judge", outcome, said, attempt)


def put(held: Held, change: Callable[[Any], Any]) -> None:
    """Change what wasm says of the classifier's logits."""
    held.put(LEG, "logits", change)


def ended(held: Held) -> None:
    """All is waived until long ago."""
    put(held, lambda values: values + 1)
    waive(held, until=datetime.date(2020, 1, 1))


def beyond(held: Held) -> None:
    """All is waived up to less than was measured."""
    put(held, lambda values: values + 1)
    waive(held, bound=0.5)


def no_number(held: Held) -> None:
    """NaN, and all is waived."""
    put(held, lambda values: values * float("nan"))
    waive(held)


def constant(held: Held) -> None:
    """The same logits for every probe, and all is waived."""
    first = next(iter(held.arrays[LEG].values()))["logits"]
    put(held, lambda _: first)
    waive(held)


def fallback(held: Held) -> None:
    """wasm became cpu without a word, and all is waived."""
    held.change_web(LEG, backend="cpu")
    waive(held)


def absent(held: Held) -> None:
    """Nothing was recorded, and all is waived."""
    del held.documents[LEG], held.arrays[LEG]
    waive(held)


def below(held: Held) -> None:
    """All is waived by a policy that asks for one probe."""
    put(held, lambda values: values + 1)
    waive(held, min_probes=1)


MUTATIONS = [
    failed(
        "waived NaN",
        "A leg says NaN, and every check of it is waived.",
        "not waived: what is no number cannot be",
        no_number,
    ),
    failed(
        "waived constant",
        "A leg says the same of every probe, and every check of it is waived.",
        "the output is the same for every probe",
        constant,
    ),
    failed(
        "waived fallback",
        "A leg ran on another backend than planned, and every check of it is waived.",
        "not waived: only a measured distance can be",
        fallback,
    ),
    failed(
        "waived absence",
        "A leg was not recorded, and every check of it is waived.",
        "not waived: what did not run cannot be",
        absent,
        "NOT_RUN",
    ),
    failed(
        "waiver that has ended",
        "A leg is wrong, and its waivers ended years ago.",
        "not waived: the waiver of Somebody ended on 2020-01-01",
        ended,
    ),
    failed(
        "more than was waived",
        "A leg is wrong by more than its waivers allow.",
        "is more than the 0.5 that Somebody waived",
        beyond,
    ),
    failed(
        "waivers below the floor",
        "A leg is wrong and waived, by a policy that is content with one probe.",
        "not waived: a policy below the floor of every policy waives nothing",
        below,
    ),
    Mutation(
        "a verdict of waivers without one",
        "The evidence says PASSED_WITH_WAIVERS, and nothing in it is waived.",
        "verify",
        "refused, exit code 3",
        "the verdict's status are not what its checks and numbers give",
        lambda bench: bench.evidence(
            lambda content: content["verdict"].update(status="PASSED_WITH_WAIVERS")
        ),
    ),
]
