"""Signs in the air spaces and the interstitium: each draws into a scene and returns its mask.

Masks mark where a sign is visible: where lung is in the beam, the sign changes it, and no
fluid or gas that was drawn before hides it.
Names in quotes are those of the Fleischner Society's glossary of terms for thoracic imaging.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.places import bronchogram, either, own_half, patch, place
from reference.phantoms.raster import CM_PER_UNIT, Mask, blur, clip, patches, strokes
from reference.phantoms.thorax import Scene, diaphragm, lung_outer, lungs
from reference.samples.synthetic import Array, Draws, smooth

VISIBLE = 0.06
"""Share of the air replaced from which on an opacity counts into its mask."""


def _visible(scene: Scene, share: Array) -> Mask:
    mask: Mask = (share * scene.free > VISIBLE) & (scene.presence > 0.15)
    return mask


def raised(anatomy: Anatomy, mirror: float, severity: float) -> tuple[float, float]:
    """Return the domes after volume loss on one side."""
    rise = 0.02 + 0.07 * severity
    left, right = anatomy.domes
    return (left - rise, right) if mirror < 0 else (left, right - rise)


def atelectasis(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw "linear atelectasis": plates above a raised diaphragm, and a basal haze.

    The diaphragm was raised when the anatomy was made (see ``reference.phantoms.reshaping``),
    with the same first number of the stream for the side.
    """
    mirror, grid, anatomy = either(draws), scene.grid, scene.anatomy
    plates = np.concatenate([_plate(scene, draws, mirror, number) for number in range(3)])
    plates = plates[: 6 * (1 + int(2 * severity))]
    plates[:, 4] *= 0.55 + 0.7 * severity
    lines = blur(strokes(grid, plates), 0.0025 * grid.pixels_per_unit) / 0.008
    height = 0.05 + 0.05 * severity
    base = smooth(1 - (diaphragm(grid, anatomy) - grid.y) / height)
    haze = (0.25 + 0.45 * severity) * base * own_half(grid, mirror)
    share = clip((0.35 + 0.35 * severity) * clip(lines) + haze)
    mask = _visible(scene, share)
    scene.cover(share)
    return mask | _lost(scene, mirror, severity)


def _plate(scene: Scene, draws: Draws, mirror: float, number: int) -> Array:
    """Return a bent line above the diaphragm, thinner at its ends, as six segments."""
    down = 0.94 - draws.between(0.1, 0.16) * (number + 0.4)
    at = place(scene.anatomy, mirror, draws.between(0.35, 0.7), down)
    half, tilt = draws.between(0.05, 0.095), draws.between(-0.4, 0.4)
    bend, thick = draws.between(-0.025, 0.025), draws.between(0.0045, 0.0075)
    steps = np.arange(7) / 3.0 - 1
    x, y = at.x + half * steps, at.y + tilt * half * steps + bend * (1 - steps * steps)
    middle = (steps[1:] + steps[:-1]) / 2
    width = thick * (1.05 - 0.6 * middle * middle)
    return np.stack([x[:-1], y[:-1], x[1:], y[1:], width], axis=1)


def _lost(scene: Scene, mirror: float, severity: float) -> Mask:
    """Return where lung was before the dome rose."""
    rise = raised(scene.anatomy, mirror, severity)
    old = (2 * scene.anatomy.domes[0] - rise[0], 2 * scene.anatomy.domes[1] - rise[1])
    before = lungs(scene.grid, replace(scene.anatomy, domes=old))
    gone: Mask = before - scene.lung > 0.3
    return gone


def consolidation(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw "consolidation": a lobe without its air, cut off at a fissure, bronchi left dark."""
    mirror, grid, anatomy = either(draws), scene.grid, scene.anatomy
    upper = draws.between(0, 1) < 0.5
    at = place(anatomy, mirror, draws.between(0.45, 0.62), 0.3 if upper else 0.72)
    radius = (0.085 + 0.06 * severity, 0.085 + 0.05 * severity)
    share = patch(scene, draws, at, radius, 0.35)
    fissure = place(anatomy, mirror, 0.5, 0.53)
    level = fissure.y + draws.between(-0.02, 0.02) + 0.1 * (np.abs(grid.x) - 0.15)
    beyond = level - grid.y if upper else grid.y - level
    share = share * smooth(beyond / 0.012 + 0.5) * (0.5 + 0.42 * severity)
    share = share * (1 - 0.65 * bronchogram(scene, draws, mirror)) * own_half(grid, mirror)
    mask = _visible(scene, share)
    scene.cover(share)
    return mask


def infiltration(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw several faint, ill-defined patches in both lungs ("ground-glass opacity")."""
    total = scene.grid.zeros()
    for number in range(6):
        mirror = -1.0 if number % 2 else 1.0
        at = place(scene.anatomy, mirror, draws.between(0.3, 0.8), draws.between(0.25, 0.85))
        radii = (draws.between(0.04, 0.075), draws.between(0.04, 0.075))
        part = patch(scene, draws, at, radii, 0.8)
        if number < 3 + 3 * severity:
            total = np.maximum(total, part)
    share = (0.16 + 0.24 * severity) * total
    mask = _visible(scene, share)
    scene.cover(share)
    return mask


def pneumonia(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw one patchy, dense focus, mostly in a lower zone, with some bronchi left dark."""
    mirror = either(draws)
    low = draws.between(0, 1) < 0.8
    down = draws.between(0.68, 0.86) if low else draws.between(0.3, 0.6)
    at = place(scene.anatomy, mirror, draws.between(0.42, 0.72), down)
    size = 0.055 + 0.045 * severity
    share = patch(scene, draws, at, (size * draws.between(0.9, 1.3), size), 0.6)
    share = share * (0.4 + 0.38 * severity) * own_half(scene.grid, mirror)
    share = share * (1 - 0.5 * bronchogram(scene, draws, mirror))
    mask = _visible(scene, share)
    scene.cover(share)
    return mask


def edema(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a haze around both hila, Kerley B lines ("interlobular septal thickening")."""
    grid, anatomy = scene.grid, scene.anatomy
    total = grid.zeros()
    for mirror in (-1.0, 1.0):
        at = place(anatomy, mirror, 0.36, 0.58 + draws.between(-0.03, 0.03))
        radii = (0.10 + 0.03 * severity, 0.15 + 0.03 * severity)
        total = np.maximum(total, patch(scene, draws, at, radii, 0.3))
    lines = []
    for number in range(36):
        mirror = -1.0 if number % 2 else 1.0
        at = place(anatomy, mirror, 0.98, draws.between(0.66, 1.04))
        length, fall = draws.between(0.02, 0.05), draws.between(-0.006, 0.008)
        lines.append([at.x, at.y, at.x - mirror * length, at.y + fall, 0.0019])
    septa = clip(strokes(grid, np.array(lines)) / 0.004)
    share = clip((0.26 + 0.34 * severity) * total + (0.12 + 0.16 * severity) * septa)
    mask = _visible(scene, share)
    scene.cover(share)
    return mask


def fibrosis(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a "reticular pattern" at the bases and the periphery of both lungs."""
    grid, anatomy = scene.grid, scene.anatomy
    count = 900
    mirror = np.where(np.arange(count) % 2 == 0, -1.0, 1.0)
    across = 1 - 0.62 * draws.field(count) * draws.field(count)
    reach = 0.3 + 0.35 * severity
    down = 1.12 - reach * draws.field(count)
    dome = np.where(mirror < 0, anatomy.domes[0], anatomy.domes[1])
    y = anatomy.apex + down * (dome - anatomy.apex)
    x = mirror * across * lung_outer(anatomy, y)
    step = 0.03 * (draws.field(2 * count).reshape(2, count) - 0.5)
    thick = np.full(count, 0.0013 + 0.0009 * severity)
    lines = strokes(grid, np.stack([x, y, x + step[0], y + step[1], thick], axis=1))
    net = clip(lines / 0.006) * smooth(1.3 - 1.2 * clip(lines / 0.014))
    outer = lung_outer(anatomy, grid.y)
    low = (grid.y - anatomy.apex) / (max(anatomy.domes) - anatomy.apex) - 1.1 + reach
    ground = smooth((np.abs(grid.x) / outer - 0.25) / 0.6) * smooth(low / 0.35)
    share = clip((0.2 + 0.3 * severity) * net + (0.06 + 0.12 * severity) * ground)
    mask = _visible(scene, share)
    scene.cover(share)
    return mask


def _ball(scene: Scene, at: tuple[float, float], radius: float, edge: Array) -> Array:
    """Return the thickness in cm of a sphere whose radius varies by ``edge``."""
    dx, dy = scene.grid.x - at[0], scene.grid.y - at[1]
    square = (dx * dx + dy * dy) / (radius * radius) * edge
    thickness: Array = 2 * radius * CM_PER_UNIT * np.sqrt(np.maximum(1 - square, 0.0))
    return thickness


def nodule(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw one to three "nodules": round, well defined, at most 3 cm across."""
    total = scene.grid.zeros()
    for number in range(3):
        mirror = either(draws)
        at = place(scene.anatomy, mirror, draws.between(0.5, 0.85), draws.between(0.2, 0.8))
        radius = (0.0145 + 0.0195 * severity) * draws.between(0.9, 1.05)
        if number < 1 + 1.9 * severity * severity:
            total = np.maximum(total, _ball(scene, (at.x, at.y), radius, np.array(1.0)))
    mask: Mask = (total * scene.free > 0.1) & (scene.presence > 0.15)
    scene.extra = scene.extra + 1.45 * total * scene.presence * scene.free
    return mask


def mass(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a "mass": more than 3 cm across, lobulated."""
    mirror = either(draws)
    at = place(scene.anatomy, mirror, draws.between(0.42, 0.75), draws.between(0.22, 0.78))
    radius = 0.04 + 0.045 * severity
    noise = patches(scene.grid.x, scene.grid.y, draws, 13.0)
    total = _ball(scene, (at.x, at.y), radius, 0.8 + 0.75 * noise)
    total = np.minimum(total, scene.air)
    mask: Mask = (total * scene.free > 0.1) & (scene.presence > 0.15)
    scene.extra = scene.extra + 0.9 * total * scene.presence * scene.free
    return mask
