"""What `make gate-times` times are releases that xport takes, each different in one thing."""

from __future__ import annotations

from pathlib import Path

from scripts import gate_times
from xport.common import digests
from xport.release_file.file import read_release
from xport.release_file.model_cards import read_card


def test_the_changed_model_has_the_card_and_the_rule_of_its_weights(tmp_path: Path) -> None:
    release = gate_times._release(tmp_path / "changed")
    weights = release.parent / "l2-films" / "model.safetensors"
    before = digests.of_file(weights)

    gate_times._change_autoencoder(release.parent)

    own = digests.of_file(weights)
    card = read_card(weights)
    assert own != before
    assert card is not None
    assert card["weights"]["sha256"] == own
    assert own in (release.parent / "gate-films" / "rule.json").read_text()


def test_more_probes_are_the_only_difference(tmp_path: Path) -> None:
    release = gate_times._release(tmp_path / "more")
    before = read_release(release)

    gate_times._add_probes(release)

    probes = before.probes.model_copy(
        update={"synthetic": before.probes.synthetic + gate_times.ADDED}
    )
    assert read_release(release) == before.model_copy(update={"probes": probes})
