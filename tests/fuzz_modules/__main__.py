"""`python -m tests.fuzz_modules --count 5000 --seed 0`: how many are right, refused, wrong.

Exit code 1 if any is wrong. `--write` writes `docs/fuzz.md`.
"""

from __future__ import annotations

import argparse
import sys
import time

from browser_harness.drive.session import BrowserSession
from browser_harness.launch.settings import BrowserSettings
from tests.fuzz_modules.rates import DOCUMENT, document, lines, table
from tests.fuzz_modules.trial import PAGE, Trial, trials


def main() -> int:
    """Try the modules, print the rates, and say whether none was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_modules", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="how many modules")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first")
    parser.add_argument("--minutes", type=float, default=None, help="begin no page after these")
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
            now = list(trials(session, range(start, min(start + PAGE, last))))
            found += now
            for trial in now:
                if trial.outcome == "wrong":
                    print(trial, flush=True)
            print(
                f"{len(found)} tried, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
            )
    print("\n".join([*table(found), "", *lines(found)]))
    if options.write:
        DOCUMENT.write_text(document(found, options.seed, f"{facts.browser} {facts.version}"))
    return int(any(trial.outcome == "wrong" for trial in found))


if __name__ == "__main__":
    sys.exit(main())
