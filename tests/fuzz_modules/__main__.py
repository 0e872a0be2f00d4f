"""`python -m tests.fuzz_modules --count 5000 --seed 0`: how many are right, refused, wrong.

Exit code 1 if any is wrong. `--write` writes `docs/fuzz.md`. With `--keep FOLDER` it can be
done in portions, as by `--minutes 10`: what the same code has tried is read from there.
"""

from __future__ import annotations

import argparse
import functools
import pickle
import sys
import time
from pathlib import Path

from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.fuzz_modules.rates import DOCUMENT, document, lines, table
from tests.fuzz_modules.trial import PAGE, Trial, trials
from xport.common import digests

ROOT = Path(__file__).parents[2]
DECIDING = (
    *(f"xport/{room}/**/*.py" for room in ("conversion", "tfjs_writer", "onnx_graph", "formats")),
    "tests/fuzz_modules/*.py",
    "browser_harness/web/dist/engine*.js",
)
"""What a trial's outcome hangs on, beside the packages."""


def main() -> int:
    """Try the modules, print the rates, and say whether none was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_modules", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="how many modules")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first")
    parser.add_argument("--minutes", type=float, default=None, help="begin no page after these")
    parser.add_argument("--keep", type=Path, default=None, help="a folder of what was tried before")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    found: list[Trial] = []
    began = time.monotonic()
    with BrowserSession([], BrowserSettings("wasm", timeout_s=120.0)) as session:
        facts = session.environment()
        last = options.seed + options.count
        for start in range(options.seed, last, PAGE):
            if options.minutes and time.monotonic() - began > 60 * options.minutes:
                break
            seeds = range(start, min(start + PAGE, last))
            now = _kept(options.keep, seeds) or list(trials(session, seeds))
            _keep(options.keep, seeds, now)
            found += now
            for trial in now:
                if trial.outcome == "wrong":
                    print(trial, flush=True)
            print(
                f"{len(found)} tried, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
            )
    print("\n".join([*table(found), "", *lines(found)]))
    if options.write and len(found) < options.count:
        parser.error(f"{len(found)} of {options.count} were tried: nothing was written")
    if options.write:
        DOCUMENT.write_text(document(found, options.seed, f"{facts.browser} {facts.version}"))
    return int(any(trial.outcome == "wrong" for trial in found))


def _kept(folder: Path | None, seeds: range) -> list[Trial]:
    path = _place(folder, seeds)
    return pickle.loads(path.read_bytes()) if path is not None and path.is_file() else []


def _keep(folder: Path | None, seeds: range, found: list[Trial]) -> None:
    path = _place(folder, seeds)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(found))


def _place(folder: Path | None, seeds: range) -> Path | None:
    """Where the trials of some numbers lie: by the code that they were made with."""
    return None if folder is None else folder / _code() / f"{seeds.start}-{seeds.stop}.trials"


@functools.cache
def _code() -> str:
    files = sorted(path for pattern in DECIDING for path in ROOT.glob(pattern))
    return digests.of_listing(
        {str(path.relative_to(ROOT)): digests.of_file(path) for path in files}
    )


if __name__ == "__main__":
    sys.exit(main())
