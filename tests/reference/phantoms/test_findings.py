"""Which findings there are, how they come together, and what hospitals say of them."""

import numpy as np
import pytest

from reference.decide.labels import LABELS
from reference.phantoms import HOSPITAL_A, HOSPITAL_B, Patient
from reference.phantoms.anatomy import DEVICE, MARKS
from reference.phantoms.findings import ACUTE, CHRONIC, LIFTS, PREVALENCE, findings_of
from reference.phantoms.reshaping import SIGNS

COUNT = 3000


@pytest.fixture(scope="module")
def drawn() -> np.ndarray:
    """Severities of many first visits, one column per label."""
    table = np.zeros((COUNT, len(LABELS)))
    for seed in range(COUNT):
        for name, severity in findings_of(Patient(seed), 0).items():
            table[seed, LABELS.index(name)] = severity
    return table


def test_every_finding_has_a_sign_a_prevalence_and_a_course():
    assert set(SIGNS) == set(PREVALENCE) == set(LABELS)
    assert sorted((*CHRONIC, *ACUTE)) == sorted(LABELS)


def test_lifts_lead_from_earlier_to_later_findings():
    order = (*CHRONIC, *ACUTE)
    backwards = {("Nodule", "Mass"), ("Mass", "Nodule")}
    for name, lifts in LIFTS.items():
        for other in lifts:
            later = order.index(other) > order.index(name)
            assert later or (name, other) in backwards, (name, other)


def test_each_finding_is_frequent_enough_to_train_on(drawn):
    share = (drawn > 0).mean(axis=0)
    assert share.min() > 0.05
    assert share.max() < 0.25
    assert 0.2 < (drawn == 0).all(axis=1).mean() < 0.45


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ("Effusion", "Atelectasis"),
        ("Emphysema", "Pneumothorax"),
        ("Cardiomegaly", "Edema"),
        ("Fibrosis", "Pleural Thickening"),
    ],
)
def test_companions_come_together(drawn, given, more):
    a, b = drawn[:, LABELS.index(given)] > 0, drawn[:, LABELS.index(more)] > 0
    assert b[a].mean() > 1.4 * b[~a].mean()


def test_severities_vary_over_the_whole_range(drawn):
    for column in drawn.T:
        severe = column[column > 0]
        assert severe.min() < 0.3
        assert severe.max() > 0.9
        assert severe.max() <= 1.0


def test_lasting_findings_stay_over_the_visits():
    for seed in range(60):
        visits = [findings_of(Patient(seed), visit) for visit in range(3)]
        for name in CHRONIC:
            assert len({name in visit for visit in visits}) == 1
            severities = [visit.get(name, 0.0) for visit in visits]
            assert severities == sorted(severities)


def test_device_and_marks_depend_on_no_finding(drawn):
    """Numbers that decide view, exposure and marks are uncorrelated with every finding."""
    for hospital in (HOSPITAL_A, HOSPITAL_B):
        numbers = np.array(
            [
                [
                    float(hospital.view(Patient(seed), 0) == "AP"),
                    *Patient(seed).draws(DEVICE, hospital.number, 0).field(3),
                    *Patient(seed).draws(MARKS, hospital.number, 0).field(3),
                ]
                for seed in range(COUNT)
            ]
        )
        correlation = np.corrcoef(numbers.T, (drawn > 0).T)[: numbers.shape[1], numbers.shape[1] :]
        # Five deviations of a correlation of independent numbers.
        assert np.abs(correlation).max() < 5 / COUNT**0.5


def test_faint_findings_are_not_labelled_and_some_labels_are_wrong():
    for hospital in (HOSPITAL_A, HOSPITAL_B):
        column = LABELS.index("Infiltration")
        given = {
            severity: np.mean(
                [
                    hospital.labels(Patient(seed), 0, {"Infiltration": severity})[column]
                    for seed in range(1500)
                ]
            )
            for severity in (0.2, 0.9)
        }
        assert given[0.2] < 0.03
        assert abs(given[0.9] - (1 - hospital.missed)) < 0.02


def test_hospitals_label_the_same_finding_differently():
    column, found = LABELS.index("Atelectasis"), {"Atelectasis": 0.33}
    share = {
        hospital.name: np.mean(
            [hospital.labels(Patient(seed), 0, found)[column] for seed in range(300)]
        )
        for hospital in (HOSPITAL_A, HOSPITAL_B)
    }
    assert share["A"] > 0.9
    assert share["B"] < 0.1
