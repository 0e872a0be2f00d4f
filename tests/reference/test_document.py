"""What is wrong with a document, in words that name the key and no other."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from reference.document import Document, first_problem


class Item(Document):
    size: int


class Items(Document):
    items: tuple[Item, ...] = Field(min_length=1)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([{"size": "a"}], "items.0.size: Input should be a valid integer"),
        ([{}], "items.0.size: Field required"),
        ([], "items: Tuple should have at least 1 item"),
    ],
)
def test_a_list_is_called_too_short_only_where_its_items_are_right(
    items: object, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Items.model_validate({"items": items})
    said = first_problem(caught.value)
    assert said.startswith(words)
    assert ";" not in said
