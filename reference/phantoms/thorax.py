"""The normal chest: every organ as a thickness along the beam.

``Scene`` holds the layers. The lung is a hollow in a trunk of water; what lies in the hollow
(heart, great vessels, pulmonary vessels, opacities) takes the place of air, so that a border
shows only where air touches it, as in a radiograph (the silhouette sign follows from it).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.phantoms.anatomy import Anatomy
from reference.phantoms.raster import (
    Grid,
    clip,
    organ,
    rounded,
)
from reference.samples.synthetic import Array, smooth

WATER = 0.2
"""Attenuation of water per cm at a chest tube's voltage."""

BONE = 0.32
"""What a cm of bone adds to the attenuation of the water in its place."""


@dataclass
class Scene:
    """Layers of one chest while it is being drawn; every layer is (size, size).

    Attributes:
        grid: body coordinates.
        anatomy: what was drawn.
        lung: thickness of the lungs' hollow in cm, heart and all included.
        solid: thickness of heart and mediastinum in cm.
        body: thickness of the trunk in cm.
        bone: thickness of bone in cm.
        vessels: thickness of pulmonary vessels and fine markings in cm.
        fill: share of the air that an opacity replaces by water, 0 to 1.
        gas: share of the hollow that is free gas outside the lung (pneumothorax), 0 to 1.
        extra: further water in cm: nodules, lines, plaques; negative for a gas bubble.
        metal: attenuation of devices.
    """

    grid: Grid
    anatomy: Anatomy
    lung: Array
    solid: Array
    body: Array
    bone: Array
    vessels: Array
    fill: Array
    gas: Array
    extra: Array
    metal: Array

    @property
    def air(self) -> Array:
        """Return the thickness of aerated lung in cm."""
        return np.maximum(self.lung - self.solid, 0.0)

    @property
    def presence(self) -> Array:
        """Return 1 where lung is in the beam, 0 where none is, with a short transition."""
        return clip(self.air / 3.0)

    @property
    def free(self) -> Array:
        """Return the share of the lung's air that is neither replaced nor outside the lung."""
        share: Array = (1 - self.fill) * np.where(self.gas > 0, 0.0, 1.0)
        return share

    def cover(self, share: Array) -> None:
        """Let an opacity take the place of this share of the air that is left in the lung."""
        taken = clip(share) * self.free
        self.fill = self.fill + taken

    def depth(self) -> Array:
        """Return the attenuation of the beam, in mean free paths."""
        air = self.air
        share = (1 - self.fill) * (1 - self.gas)
        hollow = 1 - self.anatomy.aeration * (1 - self.gas)
        marks = self.vessels * share * clip(air / 3.0)
        water = self.body - air * hollow * (1 - self.fill) + marks + self.extra
        depth: Array = WATER * np.maximum(water, 0.0) + BONE * self.bone + self.metal
        return depth


def side(grid: Grid, at_left: float, at_right: float) -> Array:
    """Return one value for the left and another for the right half of the image."""
    return np.where(grid.x < 0, at_left, at_right)


def midline(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the distance from the spine's axis, positive to the image right."""
    bend = grid.y - 0.45
    return grid.x - anatomy.curve * bend * bend * 2


def lung_outer(anatomy: Anatomy, y: Array) -> Array:
    """Return the half width of the thorax inside the ribs at a height."""
    reach = anatomy.base - anatomy.apex
    t = clip((y - anatomy.apex) / (0.9 * reach))
    apex_x = 0.42 * anatomy.width
    spread: Array = np.sqrt(1 - (1 - t) * (1 - t) * (1 - 0.25 * t))
    return apex_x + (anatomy.width - apex_x) * spread


def lung_inner(anatomy: Anatomy, y: Array) -> Array:
    """Return how far from the midline the lung begins at a height; 0 below the apex."""
    t = clip((y - anatomy.apex) / 0.26)
    inner: Array = 0.42 * anatomy.width * (1 - np.sqrt(1 - (1 - t) * (1 - t)))
    return inner


def diaphragm(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the height (y) of the diaphragm above each point."""
    dome = side(grid, *anatomy.domes)
    top = 0.5 * anatomy.width
    out = (np.abs(grid.x) - top) / (anatomy.width - top)
    inward = (top - np.abs(grid.x)) / top
    fall = np.where(out > 0, out * out * anatomy.drop, inward * inward * 0.035)
    height: Array = dome + fall
    return height


def lungs(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of the lungs' hollow in cm."""
    px = np.abs(grid.x)
    inner = lung_inner(anatomy, grid.y)
    outer = (lung_outer(anatomy, grid.y) - px) / 0.13
    from_inner = (px - inner + 0.01) / 0.05
    base = (diaphragm(grid, anatomy) - grid.y) / 0.075
    top = (grid.y - anatomy.apex) / 0.3
    profile = rounded(outer) * rounded(from_inner) * rounded(base)
    profile = np.where(top > 0, profile * (0.6 + 0.4 * rounded(top)), 0.0)
    thickness: Array = anatomy.lung_depth * profile
    return thickness


def heart(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of the heart in cm: ventricles with the apex to the image right."""
    a = anatomy
    x, y = midline(grid, a), a.heart_y
    long = 0.62 * a.heart_left + 0.085
    # The half width of the turned ellipse is 0.86 of its long radius.
    centre = (a.heart_left - 0.86 * long, y)
    left = organ(grid, x, centre, (long, 0.66 * long + 0.012), 0.33)
    right = organ(grid, x, (0.09 - a.heart_right, y - 0.005), (0.09, 0.125), -0.12)
    top = organ(grid, x, (0.004, y - 0.13), (0.07, 0.2), -0.1)
    return a.lung_depth * np.maximum(np.maximum(0.9 * left, 0.8 * right), 0.85 * top)


def mediastinum(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of the great vessels in cm: knob, descending aorta, vena cava."""
    a = anatomy
    x, y = midline(grid, a), a.heart_y
    knob = organ(grid, x, (0.066 - a.knob, y - 0.33), (a.knob, a.knob * 1.25))
    column = np.sqrt(np.maximum(1 - (x / 0.036) * (x / 0.036), 0.0))
    cava = organ(grid, x, (0.026 - a.mediastinum, y - 0.3), (0.036, 0.3), 0.025)
    artery = organ(grid, x, (0.036, y - 0.22), (0.043, 0.1), -0.14)
    aorta = organ(grid, x, (0.026, y - 0.05), (0.036, 0.36))
    top = organ(grid, x, (0.02, y - 0.46), (0.034, 0.22), 0.03)
    great = np.maximum(np.maximum(0.8 * knob, 0.55 * cava), np.maximum(0.6 * artery, 0.5 * aorta))
    return a.lung_depth * np.maximum(np.maximum(great, 0.5 * top), column)


def trunk(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of neck, shoulders, trunk and arms in cm."""
    a, px, y = anatomy, np.abs(grid.x), grid.y
    neck = np.sqrt(np.maximum(1 - (px / 0.125) * (px / 0.125), 0.0)) * smooth((0.3 - y) / 0.25)
    slope = 0.02 + 0.26 * np.maximum(px - 0.1, 0.0) + 0.7 * px * px * px
    shoulder = rounded((y - slope) / 0.34)
    u = px / (a.trunk + 0.02 * smooth((y - 0.6) / 0.3))
    chest = a.depth * np.sqrt(np.maximum(1 - u * u * u * u, 0.0))
    chest = chest * (0.94 + 0.12 * smooth((y - 0.6) / 0.3))
    girdle = 0.6 * a.depth * smooth((a.trunk + 0.24 - px) / 0.1) * smooth((0.56 - y) / 0.26)
    axis = (0.5 if a.view == "AP" else 0.555) + 0.08 * (y - 0.3)
    off = (px - axis) / 0.078
    arms = 8.5 * np.sqrt(np.maximum(1 - off * off, 0.0)) * smooth((y - 0.2) / 0.15)
    return np.maximum(np.maximum(np.maximum(chest, girdle) * shoulder, arms), 11.0 * neck)


def breasts(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of breast tissue in cm."""
    px, y = np.abs(grid.x), grid.y
    if anatomy.breasts == 0:
        return grid.zeros()
    dx, dy = (px - 0.215) / 0.15, (y - 0.62) / 0.12
    # Fuller below: only the lower edge shows, upwards the tissue thins out.
    dy = np.where(dy > 0, dy, 0.5 * dy)
    inside = np.maximum(1 - dx * dx - dy * dy, 0.0)
    thickness: Array = anatomy.breasts * np.sqrt(inside) * smooth(0.75 + 0.55 * dy)
    return thickness


def airways(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of air in trachea and main bronchi in cm."""
    x, y = midline(grid, anatomy), grid.y
    fork = anatomy.heart_y - 0.25
    radius = 0.0205
    column = np.sqrt(np.maximum(1 - (x / radius) * (x / radius), 0.0)) * (y < fork)
    below = y - fork
    branch = 0.7 * np.sqrt(
        np.maximum(
            1 - ((np.abs(x) - 1.0 * below) / 0.014) * ((np.abs(x) - 1.0 * below) / 0.014), 0.0
        )
    )
    branch = branch * (below > 0) * smooth((0.07 - below) / 0.04)
    thickness: Array = 1.7 * np.maximum(column * smooth((y + 0.02) / 0.08), branch)
    return thickness


def stomach(grid: Grid, anatomy: Anatomy, bubble: float) -> Array:
    """Return the thickness of gas under the left dome in cm, above a level of fluid.

    It keeps its distance from a low dome; a raised dome leaves it where it was.
    """
    top = max(anatomy.domes[1], anatomy.base - 0.1) + 0.03
    centre = (0.45 * anatomy.width, top + 0.035)
    gas = organ(grid, grid.x, centre, (0.055 + 0.02 * bubble, 0.04), 0.05)
    return 7.0 * bubble * gas * smooth((centre[1] + 0.022 - grid.y) / 0.006)


def soft_tissue(grid: Grid, anatomy: Anatomy) -> Array:
    """Return the thickness of the whole trunk in cm, airways and breasts included."""
    air = airways(grid, anatomy)
    return np.maximum(trunk(grid, anatomy) + breasts(grid, anatomy) - air, 0.0)
