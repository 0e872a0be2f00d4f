"""Write docs/results.md from the evidence of the demo and, where there is one, a benchmark.

Run by `make results` on an idle machine; review the diff before committing it. Without a new
benchmark the last one's figures stay, with what they say of their date and machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from reports import words, worst_errors_markdown  # noqa: E402
from reports.bench.page import bench_lines  # noqa: E402
from reports.release.latency import runtime_rows  # noqa: E402
from reports.release.locations import locations  # noqa: E402
from reports.release.preparations import Preparation, preparations  # noqa: E402
from reports.release.reading import Reading  # noqa: E402
from xport.benchmark.document import BenchResult  # noqa: E402
from xport.judgement.evidence import Evidence  # noqa: E402
from xport.judgement.verdict import Status  # noqa: E402

DOCUMENT = ROOT / "docs" / "results.md"
BENCH = "## What `make bench` measures\n"
GATE = "## How long the gate takes\n"
HEAD = """# Results

Written by `make results`; the report beside a bundle has the figures of *your* run.
**NOT FOR MEDICAL USE.**
"""
GAP = """Gradients pass through ReLUs at their kinks, where PyTorch float32 itself is off from
its own float64; a multiple of that gap is allowed, and a least cosine asked for.
"""
PREPARED = """The page's exact path is held to Python's, bit for bit. What pages and programs do
instead is measured beside it: the largest and the mean change of the input, in gray levels of
255, the largest change of what the model says, and the decisions that come out otherwise.
Browsers read no DICOM and blend what is transparent, so they have fewer files. The largest
changes are on noise, patterns and photographs.
"""
WAITS = """Cohen, Bertin and Frappier, *Chester: A Web Delivered Locally Computed Chest X-Ray
Disease Prediction System* (2019), waited 12 s for both models to load, 1.3 s for both to run,
and 17 s for a gradient.
"""


def main() -> None:
    """Read, and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("evidence", type=Path, help="the demo's evidence.json")
    parser.add_argument("--bench", type=Path, help="a bench.json of `xport targets --out`")
    parser.add_argument("--gate", type=Path, help="a times.json of scripts/gate_times.py")
    options = parser.parse_args()
    before = DOCUMENT.read_text()
    benched = (
        "\n".join(_bench(BenchResult.read(options.bench)))
        if options.bench
        else before.partition(BENCH)[2].strip()
    )
    gated = (
        "\n".join(_gate(json.loads(options.gate.read_text())))
        if options.gate
        else before.partition(GATE)[2].partition(BENCH)[0].strip()
    )
    text = document(Evidence.read(options.evidence))
    DOCUMENT.write_text(f"{text}\n{GATE}\n{gated.strip()}\n\n{BENCH}\n{benched.strip()}\n")
    print(DOCUMENT.relative_to(ROOT))


def document(evidence: Evidence) -> str:
    """Everything but the benchmark."""
    reading = Reading(evidence)
    return "\n".join([
        HEAD,
        _about(reading),
        "## Distance from PyTorch\n",
        GAP,
        worst_errors_markdown(evidence),
        "## Waiting\n",
        WAITS,
        *_table(_waits(reading)),
        "## Converting\n",
        *_table(_conversion(reading)),
        "## From a file to an input\n",
        PREPARED,
        *(line for part in preparations(reading) for line in _prepared(part)),
    ])  # fmt: skip


def _about(reading: Reading) -> str:
    plan, verdict = reading.plan, reading.verdict
    probes = ", ".join(f"{len(model.probes)} for {model.id}" for model in plan.models)
    where = locations(reading)
    browsers = dict.fromkeys(one.title for one in where if one.environment.web)
    renderers = {one.environment.web.renderer for one in where if one.environment.web}
    platforms = dict.fromkeys(one.environment.platform for one in where)
    return (
        f"Release {words.release_of(plan)}, judged {reading.evidence.made[:10]} by xport "
        f"{reading.evidence.xport}: **{words.STATUS_WORDS[verdict.status]}**, "
        f"{reading.count(Status.PASSED)} of {len(verdict.checks)} checks passed. "
        f"Probes: {probes}. {', '.join(browsers)} on {', '.join(platforms)}; WebGL by "
        f"{', '.join(sorted(filter(None, renderers)))}.\n"
    )


def _waits(reading: Reading) -> Iterator[Sequence[str]]:
    yield "backend", "what", "cold load", "cold first run", "load", "first run", "then"
    for row in runtime_rows(reading):
        yield (
            row.backend, row.what, row.cold_load, row.cold_first, row.load, row.first, row.steady,
        )  # fmt: skip


def _conversion(reading: Reading) -> Iterator[Sequence[str]]:
    yield "model", "artifact", "stage", "time", "peak memory"
    for model in reading.plan.models:
        for name, artifact in model.artifacts.items():
            cost = artifact.cost
            time = words.seconds(cost.seconds) + (" (an earlier run)" if cost.cached else "")
            yield model.id, name, cost.stage, time, words.mebibytes(cost.peak_mib)


def _prepared(part: Preparation) -> Iterator[str]:
    outputs = [column.title for column in part.columns]
    rows = [["pipeline", "files", "input, max", "input, mean", *outputs, "decisions flipped"]]
    rows += [
        [
            row.effect.prepared.pipeline.title,
            row.made,
            words.error(row.effect.max_levels),
            words.error(row.effect.mean_levels),
            *(words.error(one.pooled.max_abs) if one else words.NOTHING for one in row.outputs),
            row.flipped,
        ]
        for row in part.rows
    ]
    yield f"**{part.model.title}.** {part.points}\n"
    yield from _table(rows)


def _gate(times: dict[str, float]) -> Iterator[str]:
    yield (
        "`xport release` of the default release, from its start to its end, on an idle machine of "
        "2 processors, by `make gate-times`: both routes, WebGL and wasm, the explanation, the "
        "preprocessing leg, judging, report and bundle; nothing to convert.\n"
    )
    yield from _table([
        ["what", "takes"],
        *([name, words.seconds(seconds)] for name, seconds in times.items()),
    ])  # fmt: skip
    share = times["one probe more"] / times["steady runs of one probe"]
    yield (
        f"A probe more costs {share:.2g} times what its steady runs take, two for each leg, of the "
        "classifier and the autoencoder."
    )


def _bench(result: BenchResult) -> Iterator[str]:
    yield (
        f"{result.made[:10]}, xport {result.xport}, {result.processors} processors "
        f"({result.machine}), {result.rounds} rounds. "
        f"{sum(one.met for one in result.targets)} of {len(result.targets)} targets met.\n"
    )
    yield "```text"
    yield from (line for line in bench_lines(result))
    yield "```"


def _table(rows: Sequence[Sequence[str]] | Iterator[Sequence[str]]) -> Iterator[str]:
    """A Markdown table, the first row its head, and an empty line."""
    head, *body = [[words.one_line(cell).replace("|", "\\|") for cell in row] for row in rows]
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in body)
    yield ""


if __name__ == "__main__":
    main()
