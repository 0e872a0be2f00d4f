"""Numbers of a leg that are wrong, and a reference that contradicts itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.saboteurs.bench import Held
from tests.saboteurs.table import Mutation, Outcome
from xport.common.arrays import Array

WEBGL = ("classifier", "tfjs/webgl")
WASM = ("explanation", "tfjs/wasm")
PLACE = "FAILED: classifier/tfjs/webgl probabilities: "


def judged(
    name: str, what: str, said: str, spoil: Callable[[Held], object], outcome: Outcome = "FAILED"
) -> Mutation:
    """A mutation of the recorded run, which the judge must reject."""
    return Mutation(name, what, "judge", outcome, said, lambda bench: bench.judged(spoil))


def webgl(change: Callable[[Array], Any]) -> Callable[[Held], None]:
    """Change what WebGL said of the classifier's probabilities."""
    return lambda held: held.put(WEBGL, "probabilities", change)


def with_value(value: float) -> Callable[[Array], Array]:
    """The same with one value in the place of the first."""

    def put(array: Array) -> Array:
        changed = array.copy()
        changed.flat[0] = value
        return changed

    return put


def noisy_float64(share: float) -> Callable[[Held], None]:
    """Add noise to PyTorch's gradient in float64, as a share of its largest value."""

    def spoil(held: Held) -> None:
        random = np.random.default_rng(5)
        held.put(
            ("explanation", "torch-float64"),
            "gradient",
            lambda g: g + share * np.abs(g).max() * random.normal(size=g.shape),
        )

    return spoil


def moved_region(held: Held) -> None:
    """Under limits that numbers keep, let a leg's saliency explain another region."""
    relative = tuple(
        one.model_copy(update={"max_ratio_to_float64_gap": 1e6, "min_region_iou": 0.9})
        for one in held.plan.policy.relative_tolerances
        if one.output == "saliency"
    )
    others = tuple(o for o in held.plan.policy.relative_tolerances if o.output != "saliency")
    policy = held.plan.policy.model_copy(update={"relative_tolerances": (*others, *relative)})
    held.plan = held.plan.model_copy(update={"policy": policy})

    def swap(values: Array) -> Array:
        order = np.argsort(values, axis=None)
        last = values.size - values.size // 10
        some = values.size // 100
        found = values.copy().ravel()
        inside, outside = order[last : last + some], order[last - some : last]
        found[inside], found[outside] = values.ravel()[outside], values.ravel()[inside]
        return found.reshape(values.shape)

    held.put(WASM, "saliency", swap)


def noise_and_wrong_gradient(held: Held) -> None:
    """Widen what a gradient may differ by, then ship one that is 1.5 times too large."""
    noisy_float64(0.3)(held)
    for leg in ("tfjs/wasm", "tfjs/webgl", "tfjs/cpu", "onnx"):
        held.put(("explanation", leg), "gradient", lambda g: g * np.float32(1.5))


def scaled_gradient(held: Held) -> None:
    """A gradient that is 6 % too large, in a direction that is right."""
    held.put(WASM, "gradient", lambda g: g * np.float32(1.06))


def another_reference(held: Held) -> None:
    """PyTorch's float32 probabilities, off by a hundredth."""
    held.put(("classifier", "torch"), "probabilities", lambda p: p + np.float32(0.01))


def float64_of_other_probes(held: Held) -> None:
    """PyTorch's float64 outputs, those of one probe taken for another's."""
    found = held.arrays["classifier", "torch-float64"]
    names = list(found)
    shifted = {name: found[other] for name, other in zip(names, names[1:] + names[:1], strict=True)}
    held.arrays["classifier", "torch-float64"] = shifted
    held.seal(("classifier", "torch-float64"))


def nan_in_reference(held: Held) -> None:
    """A NaN in the reference itself."""
    held.put(("classifier", "torch"), "logits", with_value(np.nan))


def constant(held: Held) -> None:
    """One answer for every probe."""
    said = held.arrays[WEBGL]
    one = next(iter(said.values()))["probabilities"]
    held.put(WEBGL, "probabilities", lambda _: one)


def exchanged_probes(held: Held) -> None:
    """The answers of two probes are exchanged."""
    said = held.arrays[WEBGL]
    first, second, *_ = said
    said[first], said[second] = said[second], said[first]
    held.seal(WEBGL)


def lost_output(held: Held) -> None:
    """One output is not in the recording."""
    for said in held.arrays[WEBGL].values():
        del said["probabilities"]
    held.seal(WEBGL)


def lost_probe(held: Held) -> None:
    """One probe's answers are not in the arrays."""
    held.arrays[WEBGL].pop(next(iter(held.arrays[WEBGL])))
    held.seal(WEBGL)


def autoencoder_codes(held: Held) -> None:
    """The autoencoder's code in another order."""
    held.put(("autoencoder", "tfjs/wasm"), "latent", lambda code: code[:, ::-1].copy())


MUTATIONS = [
    judged(
        "NaN",
        "One single probability of every probe is not a number.",
        "NaN",
        webgl(with_value(np.nan)),
    ),
    judged(
        "infinity",
        "One single probability of every probe is infinite.",
        "infinite values",
        webgl(with_value(np.inf)),
    ),
    judged(
        "all zero",
        "The leg answers nothing but zeros, as a lost device does.",
        "every value is zero",
        webgl(np.zeros_like),
    ),
    judged(
        "one answer",
        "The leg answers every probe with what it said of the first.",
        "the output is the same for every probe",
        constant,
    ),
    judged(
        "half-precision answers",
        "The outputs of a leg have passed through float16.",
        PLACE + "max |Δ|",
        webgl(lambda p: p.astype(np.float16).astype(np.float32)),
    ),
    judged(
        "twice the tolerance",
        "Every probability is off by twice the tolerance, invisible to the eye.",
        PLACE + "max |Δ|",
        webgl(lambda p: p + np.float32(2e-5)),
    ),
    judged(
        "double precision",
        "The outputs have the declared shape and another dtype.",
        "shape or dtype is not the declared one",
        webgl(lambda p: p.astype(np.float64)),
    ),
    judged(
        "transposed",
        "The outputs are transposed: five probabilities of one image as one of five.",
        "shape or dtype is not the declared one",
        webgl(lambda p: p.T),
    ),
    judged(
        "permuted findings",
        "The findings' probabilities are in another order.",
        PLACE + "max |Δ|",
        webgl(lambda p: p[:, ::-1].copy()),
    ),
    judged(
        "exchanged probes",
        "The answers to two probes are exchanged, as by a race.",
        "FAILED: classifier/tfjs/webgl",
        exchanged_probes,
    ),
    judged(
        "lost output",
        "One of the outputs is not in the recording of a leg.",
        "the output is missing",
        lost_output,
    ),
    judged(
        "lost probe",
        "The arrays of a leg lack one probe that its document lists.",
        "the output is missing",
        lost_probe,
    ),
    judged(
        "permuted code",
        "The autoencoder's latent code is in another order, its image is right.",
        "FAILED: autoencoder/tfjs/wasm latent",
        autoencoder_codes,
    ),
    judged(
        "a gradient too large",
        "The explanation is 6 % too large everywhere; its direction is right.",
        "FAILED: explanation/tfjs/wasm gradient: relative L2",
        scaled_gradient,
    ),
    judged(
        "a region that moved",
        "Part of a map's top tenth changes place with what comes next: hardly any number moves.",
        "FAILED: explanation/tfjs/wasm saliency: 1 - IoU of explained regions",
        moved_region,
    ),
    judged(
        "noise in float64",
        "Noise in PyTorch's float64 leg widens what a gradient may differ by.",
        "PyTorch contradicts itself and is no reference",
        noisy_float64(0.05),
        "NOT_RUN",
    ),
    judged(
        "noise that hides",
        "As before, and gradients 1.5 times too large would pass by the wider limit.",
        "NOT_RUN: explanation/torch gradient: relative L2",
        noise_and_wrong_gradient,
        "NOT_RUN",
    ),
    judged(
        "float64 of other probes",
        "PyTorch's float64 outputs are those of the neighbouring probes.",
        "NOT_RUN: classifier/torch logits",
        float64_of_other_probes,
        "NOT_RUN",
    ),
    judged(
        "another reference",
        "PyTorch's float32 answers are off by a hundredth: every leg seems wrong.",
        "PyTorch contradicts itself and is no reference",
        another_reference,
        "NOT_RUN",
    ),
    judged(
        "NaN in the reference",
        "PyTorch itself answers with a value that is not a number.",
        "FAILED: classifier/torch logits",
        nan_in_reference,
    ),
]
