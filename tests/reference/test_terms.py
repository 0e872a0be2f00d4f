"""Licences of weights and images: what release file and card state together."""

from __future__ import annotations

import pytest

from reference.errors import InputError
from reference.terms import DataTerms, Terms

IMAGES = DataTerms(name="Phantoms", roles=("train",), license="Apache-2.0")


def test_both_state_together_what_neither_states_alone() -> None:
    own = Terms(license="MIT", datasets=(DataTerms(name="More"),))
    joined = own.joined(Terms(datasets=(IMAGES,)), "card.json")
    assert joined.license == "MIT"
    assert [one.name for one in joined.datasets] == ["More", "Phantoms"]
    assert joined.of_role("train") == (IMAGES,)
    assert joined.of_role("test") == ()


@pytest.mark.parametrize(
    ("other", "of"),
    [
        (Terms(license="Apache-2.0"), "the weights"),
        (Terms(datasets=(IMAGES.model_copy(update={"license": None}),)), "Phantoms"),
    ],
)
def test_a_contradiction_is_refused_by_name(other: Terms, of: str) -> None:
    with pytest.raises(InputError, match=f"states other terms of {of} than the card"):
        Terms(license="MIT", datasets=(IMAGES,)).joined(other, "card.json")


@pytest.mark.parametrize("name", ["", "two\nlines", "\u202eturned", "x" * 501])
def test_terms_are_one_printable_line(name: str) -> None:
    with pytest.raises(ValueError, match=r"String should|cannot be printed"):
        Terms(license=name)
