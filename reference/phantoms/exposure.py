"""From attenuation to grey levels: scatter, noise, processing, the characteristic curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.hospital import Device
from reference.phantoms.raster import Grid, Posture, attenuated, blur, clip, depth_of, grain
from reference.phantoms.thorax import WATER, heart, lungs, mediastinum, trunk
from reference.samples.synthetic import Array, Draws, smooth

_FAINTEST_BEAM = 1e-4


@dataclass(frozen=True)
class Backdrop:
    """What scatter and processing take from the surroundings of a pixel.

    Both are those of the same body without findings, so that a finding changes the image
    where it is and nowhere else; in a real exposure it changes them faintly everywhere.

    Attributes:
        haze: (size, size), the scattered beam per unit of ``Device.scatter``.
        level: (size, size), attenuation averaged over a neighbourhood.
        lung: attenuation of the lungs, the exposure's point of reference.
    """

    haze: Array
    level: Array
    lung: float


def backdrop(size: int, posture: Posture, anatomy: Anatomy) -> Backdrop:
    """Return the backdrop of a body, computed on a coarse grid.

    Args:
        size: height and width of the image it is for.
        posture: of the image.
        anatomy: of the visit, without findings.
    """
    coarse = Grid.of(64, posture)
    solid = np.maximum(heart(coarse, anatomy), mediastinum(coarse, anatomy))
    air = np.maximum(lungs(coarse, anatomy) - solid, 0.0)
    depth = WATER * np.maximum(trunk(coarse, anatomy) - air * (1 - anatomy.aeration), 0.0)
    haze = blur(attenuated(depth), 4.0)
    level = blur(depth, 4.5)
    lung = WATER * (0.93 * anatomy.depth - 0.9 * anatomy.lung_depth * (1 - anatomy.aeration))
    return Backdrop(_resized(haze, size), _resized(level, size), lung)


def _resized(image: Array, size: int) -> Array:
    """Return a square image at another size, bilinear."""
    count = len(image)
    place = np.minimum(np.maximum((np.arange(size) + 0.5) / size * count - 0.5, 0.0), count - 1.0)
    first = np.minimum(np.floor(place).astype(np.int64), count - 2)
    part = place - first
    rows = image[first] * (1 - part[:, None]) + image[first + 1] * part[:, None]
    resized: Array = rows[:, first] * (1 - part) + rows[:, first + 1] * part
    return resized


def exposed_depth(depth: Array, behind: Backdrop, device: Device, draws: Draws) -> Array:
    """Return the levels that a device makes of attenuation.

    Args:
        depth: (size, size), attenuation in mean free paths.
        behind: its surroundings.
        device: the radiography system.
        draws: a stream for exposure, border and noise.

    Returns:
        (size, size) in [0, 1]; dense is bright.
    """
    size = len(depth)
    exposure = draws.between(-device.exposure, device.exposure)
    contrast = 1 + draws.between(-device.exposure, device.exposure)
    shutter = [draws.between(-1, 1) * device.shutter for _ in range(4)]
    tilt = draws.between(-0.02, 0.02)
    beam = attenuated(depth)
    beam = (beam + device.scatter * behind.haze) / (1 + device.scatter)
    beam = blur(beam, device.unsharpness / 1000 * size)
    # The dose per pixel falls with its area; below 512 pixels the noise is averaged away.
    noise = device.noise * min(size / 512, 1.0)
    beam = beam + noise * np.sqrt(beam) * grain(draws, (size, size))
    depth = depth_of(np.maximum(beam, _FAINTEST_BEAM))
    # Processing keeps air black: it levels only where the body is.
    levelled = (behind.level - behind.lung) * smooth(behind.level / behind.lung)
    depth = depth - behind.lung - device.levelling * levelled
    low, high = device.dark, device.bright * contrast
    levels = clip((depth - low + exposure) / (high - low))
    levels = levels + device.toe * levels * (1 - levels)
    return levels * _field(size, shutter, tilt)


def _field(size: int, shutter: list[float], tilt: float) -> Array:
    """Return 1 where the collimator lets the beam through, 0 beyond its blades."""
    centres = (np.arange(size) + 0.5) / size
    across = centres[None, :] + tilt * (centres[:, None] - 0.5)
    down = centres[:, None] - tilt * (centres[None, :] - 0.5)
    edges = (across - shutter[0], 1 - shutter[1] - across, down - shutter[2], 1 - shutter[3] - down)
    field = np.ones((size, size))
    for edge in edges:
        field = field * smooth(edge / 0.006 + 0.5)
    return field
