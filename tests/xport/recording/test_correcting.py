"""Which images are tried with which corrections, and which corrections may be offered for it."""

from __future__ import annotations

import pytest

from reference.preprocess.corrections import CORRECTIONS, TRIED
from xport.exchange.corrected import CorrectedInputs, images_of, joined, tried_by_image, verified

IMAGES = tuple(f"image-{number}.png" for number in range(9))


def equal(**changes: str) -> list[CorrectedInputs]:
    """What was made of all images for one model, the same on both sides but for changes."""
    made = []
    for corrections in TRIED:
        digests = {image: f"{corrections} {image}" for image in images_of(corrections, IMAGES)}
        page = digests | {name: digest for name, digest in changes.items() if name in digests}
        made.append(
            CorrectedInputs(model="clf", corrections=corrections, definition=digests, page=page)
        )
    return made


@pytest.mark.parametrize("count", [1, 2, 6, 7, 8, 20])
def test_every_correction_has_an_image_and_every_image_a_share(count: int) -> None:
    images = [f"{number}.png" for number in range(count)]
    shares = tried_by_image(images)
    assert {one for share in shares.values() for one in share} == set(TRIED)
    assert all(shares.values())
    assert sum(map(len, shares.values())) == max(count, len(TRIED))


def test_without_images_nothing_is_tried() -> None:
    assert tried_by_image([]) == {}


def test_what_is_equal_is_offered() -> None:
    assert verified(equal(), ["clf"], IMAGES) == CORRECTIONS


def test_what_differs_on_one_image_is_not_offered() -> None:
    found = verified(equal(**{"image-8.png": "another"}), ["clf"], IMAGES)
    assert found == tuple(one for one in CORRECTIONS if one != CORRECTIONS[1])


def test_nothing_is_offered_where_what_was_done_together_differs() -> None:
    assert verified(equal(**{"image-6.png": "another"}), ["clf"], IMAGES) == ()


@pytest.mark.parametrize(
    ("made", "models", "images"),
    [
        ([], ["clf"], IMAGES),
        (equal(), ["clf", "ae"], IMAGES),
        (equal(), [], IMAGES),
        (equal(), ["clf"], ()),
        (equal(), ["clf"], (*IMAGES, *(f"more-{number}.png" for number in range(7)))),
    ],
    ids=["not measured", "another model", "no models", "no images", "more images"],
)
def test_what_was_not_tried_is_not_offered(
    made: list[CorrectedInputs], models: list[str], images: tuple[str, ...]
) -> None:
    assert verified(made, models, images) == ()


def test_both_sides_become_one_with_the_failures_of_both() -> None:
    corrections = CORRECTIONS[:1]
    here = CorrectedInputs(model="clf", corrections=corrections, definition={"a": "1", "b": "2"})
    page = CorrectedInputs(
        model="clf", corrections=corrections, page={"a": "1"}, failures={"b": "it died"}
    )
    (both,) = joined([here], [page])
    assert (both.definition, both.page) == (here.definition, page.page)
    assert both.unequal == ()
    assert both.missing(("a", "b")) == ("b",)
    assert both.failures == {"b": "it died"}
    assert list(joined([here], [])) == [here]
