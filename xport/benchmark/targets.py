"""What this project promises of speed, memory and tf.grad, with reasons; `make bench` measures it.

"The TensorFlow route" is the paper's conversion on TF.js's own kernels, tf.grad too; everything
else runs on the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xport.benchmark.document import GradientAgreement, Target, TargetResult
from xport.comparison.intervals import Interval

DIRECT_SECONDS = Target(
    name="direct conversion",
    unit="s",
    bound=5.0,
    sense="at most",
    rationale="a conversion that is quicker than reading its log is run on every change",
)
DIRECT_MEMORY = Target(
    name="direct conversion, peak memory",
    unit="MiB",
    bound=500.0,
    sense="at most",
    rationale="the smallest common CI machines and laptops have it to spare",
)
CONVERSION_RATIO = Target(
    name="TensorFlow route / direct, seconds from ONNX",
    unit="times",
    bound=15.0,
    sense="at least",
    rationale="TensorFlow's import alone takes longer than the whole direct conversion",
)
FORWARD_WASM = Target(
    name="wasm forward, direct / TensorFlow route",
    unit="times",
    bound=0.75,
    sense="at most",
    rationale="242 transpositions and separate batch normalisations are gone from DenseNet-121",
)
FORWARD_ONNX = Target(
    name="wasm forward, direct / onnxruntime-web",
    unit="times",
    bound=1.0,
    sense="at most",
    rationale="going on from ONNX to TF.js must not cost speed, one thread each",
)
SALIENCY_WASM = Target(
    name="wasm saliency, forward included / forward",
    unit="times",
    bound=2.5,
    sense="at most",
    rationale="the backward convolutions are as many products as the forward ones, plus masks",
)
SALIENCY_WEBGL = Target(
    name="webgl saliency, forward included / forward",
    unit="times",
    bound=3.0,
    sense="at most",
    rationale="as on wasm, with texture packing between the operations",
)
AUTODIFF = Target(
    name="wasm tf.grad / saliency",
    unit="times",
    bound=5.0,
    sense="at least",
    rationale="tf.grad, the paper's way, has slow kernels for the backward convolutions on wasm",
)
COLD_START = Target(
    name="webgl first run, empty shader cache, direct / TensorFlow route",
    unit="times",
    bound=0.4,
    sense="at most",
    rationale="programs are shared between shapes; warming up counts as part of the first run",
)
COLD_STEADY = Target(
    name="webgl steady state, direct / TensorFlow route",
    unit="times",
    bound=1.05,
    sense="at most",
    rationale="a quick start must not be paid for in every later run",
)

PICTURE_RATIO = Target(
    name="1024x1024 PNG to model input, exact / canvas",
    unit="times",
    bound=1.5,
    sense="at most",
    rationale="nobody should give up exact pixels for speed; the canvas decodes in native code",
)
PICTURE_BLOCK = Target(
    name="1024x1024 PNG, exact: the page's longest block",
    unit="s",
    bound=0.05,
    sense="at most",
    rationale="a browser calls more a long task; decoding in a worker is to leave the page free",
)
PICTURE_MEMORY = Target(
    name="4096x4096 DICOM of 16 bits: the page's peak memory",
    unit="MiB",
    bound=1024.0,
    sense="at most",
    rationale="a small laptop or tablet can spare it, classifier in the page included",
)

MIN_COSINE, MAX_RATIO_TO_FLOAT64_GAP = 0.999, 3.0


def gradient_cosine(backend: str) -> Target:
    """How alike tf.grad and the exported gradient must point, on the worst image."""
    return Target(
        name=f"{backend} tf.grad and exported gradient, cosine",
        unit="cosine",
        bound=MIN_COSINE,
        sense="at least",
        rationale="both ways differentiate the same network; as a release's gradients are judged",
    )


def gradient_distance(backend: str, float64_gap: float) -> Target:
    """How far both ways may be apart, by PyTorch's own float32 gradients' distance from float64."""
    return Target(
        name=f"{backend} tf.grad and exported gradient, relative L2",
        unit="relative L2",
        bound=MAX_RATIO_TO_FLOAT64_GAP * float64_gap,
        sense="at most",
        rationale=f"{MAX_RATIO_TO_FLOAT64_GAP:g} times PyTorch float32's distance from float64 on "
        "these images: at a ReLU's kink rounding decides, there too",
    )


def judged(target: Target, measured: float, interval: Interval | None = None) -> TargetResult:
    """A target with what was measured; NaN meets nothing."""
    at_most = target.sense == "at most"
    met = measured <= target.bound if at_most else measured >= target.bound
    return TargetResult(target=target, measured=measured, interval=interval, met=met)


def judged_ratio(target: Target, ratio: Interval) -> TargetResult:
    """A target on a ratio, by its estimate."""
    return judged(target, ratio.estimate, ratio)


def judged_gradients(
    found: Sequence[GradientAgreement], float64_gap: float
) -> Iterator[TargetResult]:
    """Both targets on each backend, by the classifier that is furthest from its explanation."""
    for backend in dict.fromkeys(one.backend for one in found):
        here = [one for one in found if one.backend == backend]
        cosines = [one.lowest_cosine for one in here]
        distances = [one.pooled.relative_l2 for one in here]
        lowest = min(cosines, key=lambda value: (value == value, value))
        furthest = max(distances, key=lambda value: (value != value, value))
        yield judged(gradient_cosine(backend), lowest)
        yield judged(gradient_distance(backend, float64_gap), furthest)
