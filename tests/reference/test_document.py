"""Documents on disk: what is wrong with one, and what is half-written when something goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field, ValidationError

from reference.document import (
    Document,
    GrownDocument,
    first_problem,
    folder_made_whole,
    put_in_place,
    write_whole,
)
from reference.errors import InputError


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


def test_errors_name_what_the_user_knows_and_not_what_lies_there_for_a_while(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError) as caught, folder_made_whole(tmp_path / "mine") as staging:
        raise InputError("is no such thing", str(staging / "a"), f"look at {staging}", f"{staging}")
    mine = str(tmp_path / "mine")
    assert str(caught.value) == f"{mine}/a: is no such thing; look at {mine}\n{mine}"
    with pytest.raises(FileNotFoundError) as missing, folder_made_whole(tmp_path / "mine") as other:
        (other / "nothing").read_text()
    assert missing.value.filename == f"{mine}/nothing"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", ["file", "folder"])
def test_a_place_that_cannot_be_written_is_named_as_it_was_given(
    tmp_path: Path, write: str
) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "target"
    if write == "file":
        with pytest.raises(InputError) as refused:
            write_whole(target, b"")
        assert "/." not in str(refused.value)
    else:
        with pytest.raises(FileExistsError) as caught, folder_made_whole(target):
            pass
        assert "/." not in str(caught.value.filename)


def test_an_old_folder_stays_where_the_new_one_cannot_take_its_place(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "kept").touch()
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "nothing", tmp_path / "old")
    assert [path.name for path in tmp_path.rglob("*")] == ["old", "kept"]
    (tmp_path / "new").mkdir()
    put_in_place(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in tmp_path.rglob("*")] == ["old"]


class First(GrownDocument):
    later: ClassVar[tuple[str, ...]] = ("size",)

    name: str
    size: int | None = None


class Second(First):
    later: ClassVar[tuple[str, ...]] = ("share", "notes")

    share: float = 0.5
    notes: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("document", "written"),
    [
        (First(name="a"), {"name": "a"}),
        (First(name="a", size=3), {"name": "a", "size": 3}),
        (Second(name="a"), {"name": "a"}),
        (Second(name="a", share=0.25), {"name": "a", "share": 0.25}),
        (Second(name="a", size=0, notes=("b",)), {"name": "a", "size": 0, "notes": ["b"]}),
    ],
)
def test_what_came_later_is_left_out_where_nothing_is_said(
    document: First, written: dict[str, Any]
) -> None:
    assert document.model_dump(mode="json") == written
    assert json.loads(document.model_dump_json()) == written
    assert type(document).model_validate(written) == document
