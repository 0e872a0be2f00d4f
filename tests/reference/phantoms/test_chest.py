"""One phantom: the same everywhere, drawn where its masks say, labelled as its hospital does."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from reference.decide.labels import LABELS
from reference.errors import PhantomError
from reference.phantoms import ANATOMY_WIDE, HOSPITAL_A, HOSPITAL_B, Patient, phantom
from reference.phantoms.chest import Phantom

SIZE = 96
HOSPITALS = (HOSPITAL_A, HOSPITAL_B)


def levels(drawn: Phantom) -> np.ndarray:
    return drawn.image.astype(np.float64) / (2**drawn.hospital.device.bits - 1)


def dilated(mask: np.ndarray, steps: int) -> np.ndarray:
    for _ in range(steps):
        grown = mask.copy()
        for axis in (0, 1):
            lines, source = np.moveaxis(grown, axis, 0), np.moveaxis(mask, axis, 0)
            lines[1:] |= source[:-1]
            lines[:-1] |= source[1:]
        mask = grown
    return mask


def pair(name: str, seed: int, severity: float, hospital=HOSPITAL_A, size: int = SIZE):
    patient = Patient(seed)
    return (
        phantom(patient, 0, hospital, {}, size),
        phantom(patient, 0, hospital, {name: severity}, size),
    )


def test_same_seed_gives_the_same_pixels_labels_and_masks():
    first, again = phantom(Patient(5), 1, size=SIZE), phantom(Patient(5), 1, size=SIZE)
    assert np.array_equal(first.image, again.image)
    assert (first.labels, first.severities) == (again.labels, again.severities)
    assert all(np.array_equal(first.masks[name], again.masks[name]) for name in first.masks)


def test_pixels_are_those_of_every_other_machine():
    everything = dict.fromkeys(LABELS, 0.6)
    digest = hashlib.sha256()
    for hospital in HOSPITALS:
        digest.update(phantom(Patient(11), 0, hospital, everything, SIZE).image.astype("<u2"))
    assert digest.hexdigest() == "b056756e92e55e1e8150eb362a022a7b1193a9677b4d3bf4512e153500a8aaf3"


def test_patients_and_visits_and_hospitals_differ():
    images = [
        phantom(Patient(1), 0, HOSPITAL_A, {}, SIZE),
        phantom(Patient(2), 0, HOSPITAL_A, {}, SIZE),
        phantom(Patient(1), 1, HOSPITAL_A, {}, SIZE),
        phantom(Patient(1), 0, HOSPITAL_B, {}, SIZE),
    ]
    shown = [levels(image) for image in images]
    for number, one in enumerate(shown):
        for other in shown[number + 1 :]:
            assert np.abs(one - other).mean() > 0.01


def test_visits_of_a_patient_are_more_alike_than_patients():
    def distance(one: Phantom, other: Phantom) -> float:
        return abs(one.cardiothoracic_ratio - other.cardiothoracic_ratio)

    hospital = replace(HOSPITAL_A, portable=0.0)
    first = [phantom(Patient(seed), 0, hospital, {}, 32) for seed in range(8)]
    second = [phantom(Patient(seed), 1, hospital, {}, 32) for seed in range(8)]
    within = sum(distance(a, b) for a, b in zip(first, second, strict=True))
    between = sum(distance(a, b) for a, b in zip(first, [*second[1:], second[0]], strict=True))
    assert within < between / 3


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital.name)
@pytest.mark.parametrize("name", LABELS)
def test_each_finding_alone_changes_the_image_where_its_mask_is(name, hospital):
    without, drawn = pair(name, 31, 0.8, hospital)
    assert list(drawn.severities) == [name]
    mask, change = drawn.masks[name], np.abs(levels(drawn) - levels(without))
    assert mask.shape == change.shape
    assert mask.dtype == np.bool_
    assert 0.0005 < mask.mean() < 0.6
    assert change[mask].mean() > 0.02
    assert change[mask].mean() > 8 * change[~dilated(mask, 3)].mean()
    if name not in ANATOMY_WIDE:
        # Kerley lines and the tails of a reticular pattern fall below the mask's threshold.
        assert change[~dilated(mask, 3)].max() < 0.05


@pytest.mark.parametrize("name", LABELS)
def test_masks_lie_within_the_body(name):
    for seed in (3, 8):
        without, drawn = pair(name, seed, 0.9)
        surroundings = levels(without)[drawn.masks[name]]
        assert len(surroundings) > 0
        # Outside of the body, and under the collimator, a normal image is black.
        assert (surroundings > 0.0).mean() > 0.97


@pytest.mark.parametrize("name", LABELS)
def test_severer_findings_change_more(name):
    shares = []
    for severity in (0.25, 0.5, 0.75, 1.0):
        total = 0.0
        for seed in (41, 42, 43):
            without, drawn = pair(name, seed, severity, size=64)
            total += float(np.abs(levels(drawn) - levels(without)).sum())
        shares.append(total)
    assert shares == sorted(shares)
    assert shares[-1] > 1.3 * shares[0]


def test_findings_do_not_move_one_another():
    alone = phantom(Patient(6), 0, HOSPITAL_A, {"Nodule": 0.7}, SIZE)
    together = phantom(Patient(6), 0, HOSPITAL_A, {"Nodule": 0.7, "Infiltration": 0.7}, SIZE)
    assert np.array_equal(alone.masks["Nodule"], together.masks["Nodule"])


def test_fluid_hides_what_lies_behind_it_and_masks_leave_that_out():
    hidden = 0
    for seed in range(10):
        alone = phantom(Patient(seed), 0, HOSPITAL_A, {"Pneumonia": 0.8}, SIZE)
        both = phantom(Patient(seed), 0, HOSPITAL_A, {"Pneumonia": 0.8, "Effusion": 1.0}, SIZE)
        fluid = both.masks["Effusion"]
        assert not (both.masks["Pneumonia"] & ~alone.masks["Pneumonia"]).any()
        # The meniscus lets some lung through.
        assert (both.masks["Pneumonia"] & fluid).sum() < 0.1 * fluid.sum()
        hidden += int((alone.masks["Pneumonia"] & fluid).sum())
    assert hidden > 0


def test_lasting_findings_keep_their_place_and_passing_ones_do_not():
    def side(name: str, visit: int) -> bool:
        drawn = phantom(Patient(9), visit, HOSPITAL_A, {name: 0.7}, 64)
        return bool(np.argwhere(drawn.masks[name])[:, 1].mean() < 32)

    assert len({side("Mass", visit) for visit in range(6)}) == 1
    assert len({side("Pneumonia", visit) for visit in range(6)}) == 2


def test_a_large_heart_is_measured_as_one():
    ratios = [
        phantom(Patient(seed), 0, HOSPITAL_A, {"Cardiomegaly": 0.3}, 32).cardiothoracic_ratio
        for seed in range(12)
    ]
    normal = [
        phantom(Patient(seed), 0, HOSPITAL_A, {}, 32).cardiothoracic_ratio for seed in range(12)
    ]
    assert min(ratios) > 0.5
    assert max(normal) < 0.53


def test_emphysema_shows_darker_lungs():
    without, drawn = pair("Emphysema", 12, 0.8)
    lungs = drawn.masks["Emphysema"]
    assert levels(drawn)[lungs].mean() < levels(without)[lungs].mean() - 0.05


def test_levels_use_the_range_of_each_hospital():
    assert phantom(Patient(1), 0, HOSPITAL_A, {}, 64).image.dtype == np.uint8
    sixteen = phantom(Patient(1), 0, HOSPITAL_B, {}, 64).image
    assert sixteen.dtype == np.uint16
    assert len(np.unique(sixteen)) > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": 31}, "give 32 to 2048"),
        ({"size": 4096}, "give 32 to 2048"),
        ({"visit": -1}, "count from 0"),
        ({"findings": {"Fracture": 0.5}}, "'Fracture' is no finding"),
        ({"findings": {"Mass": 0.0}}, "outside"),
        ({"findings": {"Mass": 1.5}}, "outside"),
        ({"findings": {"Mass": float("nan")}}, "outside"),
    ],
)
def test_rejects_what_cannot_be_drawn(arguments, words):
    with pytest.raises(PhantomError, match=words):
        phantom(Patient(1), **arguments)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_rejects_patients_out_of_range(seed):
    with pytest.raises(PhantomError, match="is out of range"):
        Patient(seed)
