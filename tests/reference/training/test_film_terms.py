"""What cards of real films state of licences, and the command that writes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reference.card import Card
from reference.defaults import default_folder
from reference.errors import DocumentError
from reference.training.__main__ import main
from reference.training.film_terms import GATE, TERMS, state_terms
from xport.bundles.bom_models import _licences_of, _of_each

SHIPPED = default_folder("classifier").parent


@pytest.mark.parametrize("name", TERMS)
def test_cards_that_ship_name_every_set_of_their_data(name: str) -> None:
    card = Card.read(SHIPPED / name / "card.json")
    assert card.terms == TERMS[name]
    assert card.license == "Apache-2.0"
    for role in card.provenance.images:
        assert card.terms.of_role(role), role
    nih = next(one for one in card.datasets if one.name.startswith("NIH"))
    assert "NIH Clinical Center; cite X. Wang" in (nih.source or "")


def test_the_command_changes_nothing_where_all_is_stated(tmp_path: Path) -> None:
    folders = [Path(shutil.copytree(SHIPPED / name, tmp_path / name)) for name in (*TERMS, GATE)]
    before = [(folder / "card.md").read_bytes() for folder in folders]
    documents = [(folder / "card.json").read_bytes() for folder in folders[:-1]]
    assert main(["film-terms", *map(str, folders)]) == 0
    assert [(folder / "card.md").read_bytes() for folder in folders] == before
    assert [(folder / "card.json").read_bytes() for folder in folders[:-1]] == documents


def test_a_card_without_a_section_on_data_and_another_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is no card of real films"):
        state_terms(tmp_path)
    folder = Path(shutil.copytree(SHIPPED / GATE, tmp_path / GATE))
    (folder / "card.md").write_text("# another")
    with pytest.raises(DocumentError, match="no section on data"):
        state_terms(folder)
    assert (folder / "card.md").read_text() == "# another"


def test_a_bill_of_materials_names_each_set_of_a_part_with_its_own_licence() -> None:
    sets = TERMS["view"].of_role("train")
    said = _of_each(sets, [one.license for one in sets])
    assert said is not None
    assert "NIH ChestX-ray14: no restrictions on use; Kermany" in said
    found = {one.id or one.name for one in _licences_of(sets)}  # type: ignore[union-attr]
    assert found == {"no restrictions on use", "CC-BY-4.0", "CC-BY-3.0"}
