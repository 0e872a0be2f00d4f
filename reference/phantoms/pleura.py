"""Signs of pleura, heart and diaphragm: each draws into a scene and returns its mask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reference.phantoms.places import either, own_half
from reference.phantoms.raster import CM_PER_UNIT, Mask, clip, ellipsoid, patches
from reference.phantoms.thorax import Scene, heart, lung_inner, lung_outer
from reference.samples.synthetic import Draws, smooth


def pneumothorax(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a "pneumothorax": gas without markings outside a thin visceral pleural line."""
    mirror, grid, anatomy = either(draws), scene.grid, scene.anatomy
    shrunk = replace(
        anatomy,
        apex=anatomy.apex + 0.035 + 0.13 * severity,
        width=anatomy.width - 0.018 - 0.085 * severity,
    )
    px = np.abs(grid.x)
    beyond = np.maximum(px - lung_outer(shrunk, grid.y), lung_inner(shrunk, grid.y) - px)
    beyond = np.maximum(beyond, shrunk.apex - grid.y)
    half = own_half(grid, mirror)
    open_air = half * (1 - scene.fill)
    line = smooth(1 - np.abs(beyond + 0.0015) / 0.0045) * open_air * scene.presence
    gas = smooth(beyond / 0.004 + 0.5) * open_air
    scene.gas = np.maximum(scene.gas, (0.5 + 0.3 * severity) * gas)
    scene.vessels = scene.vessels * (1 - gas)
    scene.extra = scene.extra + (1.0 + 0.4 * severity) * line
    scene.cover(0.06 * severity * half)
    mask: Mask = (np.maximum(gas, line) > 0.3) & (half > 0) & (scene.presence > 0.1)
    return mask


def effusion(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a pleural effusion: a blunted costophrenic angle, then a meniscus that climbs."""
    mirror, grid, anatomy = either(draws), scene.grid, scene.anatomy
    both = draws.between(0, 1) < 0.3
    total = grid.zeros()
    for which in (mirror, -mirror):
        amount = severity * (1.0 if which == mirror else draws.between(0.4, 0.9))
        if which == mirror or both:
            dome = anatomy.domes[0] if which < 0 else anatomy.domes[1]
            level = dome + 0.055 - 0.23 * amount
            u = np.minimum(np.abs(grid.x) / lung_outer(anatomy, grid.y), 1.0)
            meniscus = level - (0.05 + 0.06 * amount) * u * u * u * u
            below = smooth((grid.y - meniscus) / 0.02 + 0.5) * own_half(grid, which)
            total = np.maximum(total, below)
    mask: Mask = (total > 0.15) & (scene.air > 0.3)
    scene.cover(0.97 * total)
    return mask


def pleural_thickening(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw "pleural thickening": an uneven band along the chest wall and over the apex."""
    mirror, grid, anatomy = either(draws), scene.grid, scene.anatomy
    both = draws.between(0, 1) < 0.4
    apical = draws.between(0.3, 1.0)
    noise = patches(grid.x, grid.y, draws, 16.0)
    inner = replace(
        anatomy,
        apex=anatomy.apex + (0.014 + 0.022 * severity) * apical,
        width=anatomy.width - 0.011 - 0.017 * severity,
    )
    within = np.abs(grid.x) - lung_outer(inner, grid.y)
    within = np.maximum(within, inner.apex - grid.y) + 0.014 * (noise - 0.5)
    half = np.maximum(own_half(grid, mirror), 1.0 if both else 0.0)
    band = smooth(within / 0.006 + 0.5) * half * clip(scene.air / 1.0) * (1 - scene.fill)
    mask: Mask = band > 0.25
    scene.extra = scene.extra + (1.3 + 1.5 * severity) * band
    return mask


def hernia(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Draw a "hiatal hernia": a round shadow behind the heart with gas above a fluid level."""
    grid, anatomy = scene.grid, scene.anatomy
    radius = 0.045 + 0.04 * severity
    across = either(draws) * draws.between(0.035, 0.075)
    centre = (0.01 + across, max(anatomy.domes) - 0.015 - 0.7 * radius)
    thickness = ellipsoid(grid.x, grid.y, centre, (radius, 0.92 * radius))
    inner = ellipsoid(grid.x, grid.y, centre, (0.88 * radius, 0.8 * radius))
    level = centre[1] + draws.between(-0.25, 0.2) * radius
    gas = inner * smooth((level - grid.y) / 0.005)
    sac = 2 * radius * CM_PER_UNIT * thickness
    room = np.maximum(scene.lung - scene.solid, 0.0)
    wall = 1.6 * thickness * (1 - inner)
    scene.extra = scene.extra + np.minimum(sac, 0.75 * room) + wall + 0.8 * thickness
    scene.extra = scene.extra - (0.8 + 0.3 * severity) * 2 * radius * CM_PER_UNIT * gas
    mask: Mask = thickness > 0
    return mask


def cardiomegaly(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Return the silhouette of the heart; it was enlarged when the anatomy was made."""
    mask: Mask = (heart(scene.grid, scene.anatomy) > 0) & (scene.lung > 0)
    return mask


def emphysema(scene: Scene, draws: Draws, severity: float) -> Mask:
    """Return both lungs; they were inflated when the anatomy was made."""
    mask: Mask = scene.air > 0.3
    return mask
