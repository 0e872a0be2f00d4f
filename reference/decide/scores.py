"""How far an image is from its reconstruction, defined so exactly that JavaScript repeats it.

Every function computes in float64 from float32 or float64, each operation rounded on its own, and
adds in the order of the pixels (rows from the top, each from the left). ``engine/decide/scores.ts``
does the same and gives the same bits. Images are (H, W) on [-1, 1], as the autoencoders are
trained.

A NaN anywhere gives NaN, which no gate accepts.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from reference.errors import CalibrationError

Float64Array = npt.NDArray[np.float64]
Image = npt.NDArray[np.floating[Any]]

ScoreName = Literal["l1", "l2", "ssim", "latent"]

DEFINITIONS: dict[ScoreName, str] = {
    "l1": "mean |x - y| of image and reconstruction on [-1, 1]",
    "l2": "root of the mean (x - y)^2 of image and reconstruction on [-1, 1]",
    "ssim": (
        "mean SSIM of image and reconstruction on [-1, 1]: uniform 7x7 windows inside the image, "
        "sample covariance, data range 2, K1 0.01, K2 0.03"
    ),
    "latent": "sum of squares of the latent vector",
}
"""What a threshold belongs to; the same words as in ``engine/decide/scores.ts``."""

HIGHER_IS_LIKELIER: dict[ScoreName, bool] = {
    "l1": False,
    "l2": False,
    "ssim": True,
    "latent": False,
}
"""Whether a higher score speaks for an image of the training distribution."""

WINDOW = 7
DATA_RANGE = 2.0
_C1 = (0.01 * DATA_RANGE) * (0.01 * DATA_RANGE)
_C2 = (0.03 * DATA_RANGE) * (0.03 * DATA_RANGE)
_PIXELS = WINDOW * WINDOW
_SAMPLE = _PIXELS / (_PIXELS - 1)


def l1(image: Image, reconstruction: Image) -> float:
    """Return the mean absolute difference, 0 to 2."""
    x, y = _pair(image, reconstruction, least=1)
    return mean(np.abs(x - y))


def l2(image: Image, reconstruction: Image) -> float:
    """Return the root of the mean squared difference, 0 to 2; the paper's L2."""
    x, y = _pair(image, reconstruction, least=1)
    difference = x - y
    return float(np.sqrt(mean(difference * difference)))


def ssim(image: Image, reconstruction: Image) -> float:
    """Return the mean structural similarity (Wang et al., 2004), 1 for equal images.

    The paper's definition, which is scikit-image's default: the 7 x 7 windows that lie inside the
    image, each pixel of equal weight, sample covariance, data range 2. A window's sum is that of
    its rows' sums, from the top; those are added over the rows first, for each column.
    """
    x, y = _pair(image, reconstruction, least=WINDOW)
    mean_x, mean_y = _window_means(x), _window_means(y)
    variance_x = _SAMPLE * (_window_means(x * x) - mean_x * mean_x)
    variance_y = _SAMPLE * (_window_means(y * y) - mean_y * mean_y)
    covariance = _SAMPLE * (_window_means(x * y) - mean_x * mean_y)
    above = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    below = (mean_x * mean_x + mean_y * mean_y + _C1) * (variance_x + variance_y + _C2)
    return mean(above / below)


def latent_distance(latent: npt.NDArray[np.floating[Any]]) -> float:
    """Return the sum of squares of a latent vector of any shape.

    Raises:
        CalibrationError: it is empty.
    """
    z = latent.astype(np.float64).ravel()
    if not z.size:
        raise CalibrationError("the latent vector is empty", "latent", "give what the encoder says")
    return _ordered_sum(z * z)


def _window_means(values: Float64Array) -> Float64Array:
    height, width = values.shape[0] - WINDOW + 1, values.shape[1] - WINDOW + 1
    rows = values[:height]
    for k in range(1, WINDOW):
        rows = rows + values[k : k + height]
    total = rows[:, :width]
    for k in range(1, WINDOW):
        total = total + rows[:, k : k + width]
    return total / _PIXELS


def mean(values: npt.NDArray[np.floating[Any]]) -> float:
    """Return the mean of an array that is not empty."""
    return _ordered_sum(values.astype(np.float64).ravel()) / values.size


def standard_deviation(values: npt.NDArray[np.floating[Any]]) -> float:
    """Return the root of the mean squared distance from the mean, of an array not empty."""
    difference = values.astype(np.float64) - mean(values)
    return float(np.sqrt(mean(difference * difference)))


def _ordered_sum(values: Float64Array) -> float:
    """Add from the first to the last; numpy's own sum pairs them up."""
    return float(np.cumsum(values)[-1])


def _pair(image: Image, other: Image, least: int) -> tuple[Float64Array, Float64Array]:
    if image.ndim != 2 or image.shape != other.shape or min(image.shape) < least:
        raise CalibrationError(
            f"an image of shape {image.shape} and a reconstruction of {other.shape} cannot be "
            "compared",
            "scores",
            f"give two of the same (H, W), at least {least} pixels each way",
        )
    return image.astype(np.float64), other.astype(np.float64)
