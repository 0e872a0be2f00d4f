"""A benchmark on a terminal and as a page: figures, complaints, missed targets."""

from __future__ import annotations

import re

from reports.bench.page import bench_lines, html_bench
from tests.reports.bench.sample_bench import measured, result


def test_a_terminal_shows_figures_complaints_and_missed_targets() -> None:
    lines = bench_lines(result(measured("first", 0.2), measured("other", 0.1, "output y is NaN")))
    assert lines[0] == "NOTE RANDOM WEIGHTS: <folder>"
    assert lines[1] == "COMPLAINT wasm: other: output y is NaN"
    assert any(re.search(r"^speed .*at most 0.5.*0\.75.*MISSED", line) for line in lines)
    assert any(re.search(r"^first +200 ms +200 ms to 200 ms", line) for line in lines)
    assert any(re.search(r"^other +100 ms .* 0\.500 +0\.500 to 0\.500", line) for line in lines)
    assert any(line.startswith("3 other kernels") for line in lines)
    assert any(re.search(r"^wasm +one +chest, <class> +1\.0+ +9\.9e-3", line) for line in lines)
    assert any("all together" in line for line in lines)
    read = r"^PNG, 8 bits \(512 KiB\) +exact +30 ms .* 1\.500 .* 200 ms +8 ms +10 ms$"
    assert any(re.search(read, line) for line in lines)
    assert any(re.search(r"canvas +20 ms .* 1\.000 .* – ", line) for line in lines)
    assert any(re.search(r"^JPEG-LS +32 MiB +1\.00 s +500 MiB$", line) for line in lines)


def test_the_page_is_self_contained_and_escaped() -> None:
    page = html_bench(result(measured("<b>first", 0.2), measured("other", 0.1, "bad")))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;quick&gt;" in page
    assert "chest, &lt;class&gt;" in page
    assert re.search(r'<li class="bad">wasm: other: bad</li>', page)
    assert page.count("<svg") == 2
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
