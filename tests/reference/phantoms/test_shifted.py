"""Children, bones and side views: other than the training images, and labelled as their sets."""

import numpy as np
import pytest

from reference.errors import PhantomError
from reference.phantoms import HOSPITAL_B, Patient, bone_like, children_like, lateral_like, phantom
from reference.phantoms.anatomy import built
from reference.phantoms.elsewhere import elsewhere_like


def test_children_are_wide_images_with_wide_hearts():
    for seed in range(6):
        child = children_like(seed, 64)
        assert child.image.shape[1] == 64
        assert 0.6 < child.image.shape[0] / 64 < 0.9
        assert child.mask.shape == child.image.shape
        assert child.mask.any() == child.positive == (child.kind != "normal")
    children = [built(Patient(seed, child=True)).cardiothoracic_ratio for seed in range(20)]
    adults = [built(Patient(seed)).cardiothoracic_ratio for seed in range(20)]
    assert min(children) > max(adults)


def test_bones_are_hands_and_forearms_whole_and_injured():
    drawn = [bone_like(seed, 64) for seed in range(30)]
    assert {bone.kind for bone in drawn} == {"XR_HAND", "XR_FOREARM"}
    assert {bone.positive for bone in drawn} == {True, False}
    for bone in drawn:
        assert bone.image.dtype == np.uint8
        assert bone.mask.any() == bone.positive
        assert 0.02 < (bone.image > 40).mean() < 0.7


@pytest.mark.parametrize("draw", [children_like, bone_like])
def test_same_seed_gives_the_same_image(draw):
    assert np.array_equal(draw(5, 64).image, draw(5, 64).image)
    assert draw(5, 64).image.tobytes() != draw(6, 64).image.tobytes()


def test_side_views_look_unlike_frontal_ones():
    patient = Patient(3)
    side = lateral_like(patient, 0, HOSPITAL_B, 64)
    front = phantom(patient, 0, HOSPITAL_B, {}, 64).image
    assert side.dtype == front.dtype == np.uint16
    assert np.abs(side / 65535 - front / 65535).mean() > 0.1


@pytest.mark.parametrize("draw", [children_like, bone_like])
def test_rejects_sizes_out_of_range(draw):
    with pytest.raises(PhantomError, match="give 32 to 2048"):
        draw(1, 8)


def test_other_pictures_are_the_same_each_time_and_of_several_kinds():
    drawn = [elsewhere_like(seed, 48) for seed in range(12)]
    assert all(np.array_equal(one, elsewhere_like(seed, 48)) for seed, one in enumerate(drawn))
    assert len({float(one.mean()) for one in drawn}) == 12
    assert all(one.dtype == np.uint8 and one.max() > 60 for one in drawn)
