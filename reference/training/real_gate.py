"""From the gate's autoencoder to the rule that ships: what it gives back, limits, table, cards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from reference.card import Card
from reference.data import Reading
from reference.data.films import CHESTS, NIH, Part, films
from reference.decide.rule import Rule
from reference.document import write_whole
from reference.networks.ali import autoencoder
from reference.preprocess import AUTOENCODER_STRETCH
from reference.training.card import licences_table
from reference.training.defaults import LATENT, WIDTH, Trained
from reference.training.film_terms import GATE_DATA
from reference.training.given_back import given_back
from reference.training.real import Tell
from reference.training.real_publishing import (
    MODEL,
    SOURCES,
    TABLE,
    THRESHOLDS,
    VIEW_FOLDER,
    RealPublishing,
)
from reference.training.rule_figures import RuleTable, rule_table
from reference.training.rule_fitting import (
    LEFT_OUT,
    MARGIN,
    Networks,
    all_scores,
    fitted_rule,
)
from reference.training.view_figures import OF_EACH, Thresholds

L2_FOLDER, GATE_FOLDER = "l2-films", "gate-films"
RULE, GIVEN_BACK = "rule.json", "given-back.json"
CALIBRATION = "frontal chest films of the calibration part"


class GatePublishing(RealPublishing):
    """Writes the gate's autoencoder, and the rule of all its scores, where they ship."""

    def autoencoder(self, trained: Trained) -> Card:
        """Round, measure what it gives back, describe and write the gate's autoencoder."""
        network = autoencoder(LATENT, WIDTH)
        arguments = {"latent": LATENT, "width": WIDTH}
        factory = "reference.networks.ali:autoencoder"
        weights = self._shipped(L2_FOLDER, network, trained, factory, arguments)
        registries = {part: self.made.small(part) for part in ("train", "calibration")}
        found = given_back(network, self._films("train"), self._films("measured"))
        found.write(self.out / L2_FOLDER / GIVEN_BACK)
        card = Card(
            title="The gate's autoencoder: L2, 64×64, trained on real films",
            weights=weights,
            provenance=self._provenance(trained, registries, AUTOENCODER_STRETCH),
            notes=(*found.sentences(), *(one for one in SOURCES if "Emoji" not in one)),
        )
        head = (
            f"What it gives back, of {found.trained:,} NIH films of its training and {found.held:,}"
            f" of other patients, each compared with all of both (`{GIVEN_BACK}`; distances are "
            "medians, trained on first):"
        )
        trained_on = (
            "Trained on real films alone. How far an image is from what it gives back says whether "
            "the image is like a frontal chest radiograph, and nothing about the person on it. "
            f"Its limits are in the rule (`../{GATE_FOLDER}/{RULE}`)."
        )
        return self._written(L2_FOLDER, card, trained_on, (head, found.markdown()))

    def rule(self) -> Rule:
        """Fix the rule on calibration films, write it and its card, and only then measure it."""
        networks = Networks.load(self.out / VIEW_FOLDER / MODEL, self.out / L2_FOLDER / MODEL)
        thresholds = Thresholds.read(self.out / VIEW_FOLDER / THRESHOLDS)
        scores = all_scores(networks, films(self.made.root, ("calibration",)))
        rule = fitted_rule(thresholds, networks, CALIBRATION, scores)
        folder = self.out / GATE_FOLDER
        rule.write(folder / RULE)
        write_whole(folder / "card.md", rule_card(rule).encode())
        table = rule_table(rule, networks, self.made.root, self.of_each, self.made.tell)
        table.write(folder / TABLE)
        inside, outside = table.gated()
        measured = rule.model_copy(
            update={"in_distribution": inside, "out_of_distribution": outside}
        )
        measured.write(folder / RULE)
        write_whole(folder / "card.md", rule_card(rule, table).encode())
        return measured

    def _films(self, part: Part) -> npt.NDArray[np.float32]:
        """Return the NIH films of a part as the autoencoder reads them, (N, 64, 64)."""
        reading = Reading(films(self.made.root, (part,), (NIH,)))
        return np.stack([AUTOENCODER_STRETCH.apply(levels)[0, 0] for _, levels in reading])


def rule_card(rule: Rule, table: RuleTable | None = None) -> str:
    """Return a rule's card for readers.

    Args:
        rule: as the calibration part fixed it.
        table: what it does on films held out; None before it is measured.
    """
    rows = [
        f"| {one.key} | {one.comparison} | {one.threshold:.5g} | `{one.reason}` |"
        for one in rule.conditions
    ]
    fixed = rule.in_distribution
    parts = [
        "# The gate: which images are given to the classifier",
        "**NOT FOR MEDICAL USE.** Several scores decide together: an image passes where every "
        "condition holds, and the first that does not is what is told.",
        f"`{RULE}`, in order:",
        "\n".join(
            ["| score | shall be | limit | else it is called |", "| --- | --- | --- | --- |", *rows]
        ),
        f"All limits were fixed on the calibration part alone ({fixed.images:,} films of "
        f"{', '.join(CHESTS)}, of which it refuses {fixed.refused:,}), before the table below was "
        "measured: the view's is its own threshold; the shorter side is that of the view's input; "
        "mean level and contrast may be half as far from the end of their range as the farthest "
        f"film; of the reconstruction's each is that of the farthest film but {LEFT_OUT}, and "
        f"{100 * MARGIN:g} % more. Films that the view refuses do not count.",
        "An earlier way to fix them, with margins in parts of the distance from the median, was "
        "measured too and given up because its limits of contrast and structure lay below 0 on the "
        "calibration part, where they refuse nothing: so this table is not the first look.",
    ]
    if table is not None:
        parts += [
            "Measured on what neither training nor limits saw (`python -m reference.training "
            "gate-table --rule` makes the table again):",
            table.markdown(),
            "## Limits",
            "\n".join(f"- {one}" for one in (*missed(table), reconstruction_share(table))),
        ]
    parts += ["## Sources", "\n".join(f"- {one}" for one in SOURCES), licences_table(GATE_DATA)]
    return "\n\n".join(parts) + "\n"


def missed(table: RuleTable) -> tuple[str, ...]:
    """Say which goals are missed, one sentence each; or that none is."""
    return tuple(
        f"Missed: {row.name} shall be {row.goal} in {100 * row.wanted:g} % and is in "
        f"{row.reached.words()}"
        + (f"; called rightly: {row.named.words()}, of 90 % wanted." if row.named else ".")
        for row in table.rows
        if not row.met
    ) or ("Every goal of the table is met by the share itself; intervals may reach below.",)


def reconstruction_share(table: RuleTable) -> str:
    """Say what the reconstruction's conditions refuse that those before them let pass."""
    rebuilt = (one for one in table.conditions if one.kind == "autoencoder")
    names = {f"{one.score} {one.comparison}" for one in rebuilt}
    counts = dict.fromkeys(("accepted", "refused"), 0)
    for row in table.rows:
        counts[row.goal] += sum(count for name, count in row.failed.items() if name in names)
    return (
        f"The reconstruction, which comes last, refuses {counts['accepted']:,} of the images that "
        f"shall pass and {counts['refused']:,} of those that shall not; the others were refused "
        "before it was asked."
    )


def whole_gate_table(
    root: Path, rule: Path, weights: tuple[Path, Path], tell: Tell = print, of_each: int = OF_EACH
) -> RuleTable:
    """Measure a whole rule on everything in a folder of films that nothing of it was fixed on.

    Args:
        root: the folder of films.
        rule: the file.
        weights: folders of the view network and of the autoencoder.
        tell: is told each row.
        of_each: how many pages, blanks and images of noise are drawn.

    Raises:
        DataError: a folder of films is absent.
        DocumentError: there is no rule.
        CheckpointError: weights are absent, or not those that the rule names.
    """
    networks = Networks.load(*(folder / MODEL for folder in weights))
    return rule_table(Rule.read(rule), networks, root, of_each, tell)
