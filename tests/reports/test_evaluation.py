"""The page of an evaluation: nothing it is given can act on it, and everything can be heard."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reports.evaluation import html_evaluation

HOSTILE = '<script>alert("x")</script>'


@dataclass(frozen=True)
class Table:
    caption: str = f"Caption {HOSTILE}"
    header: tuple[str, ...] = ("set", HOSTILE)
    text_rows: tuple[tuple[str, ...], ...] = ((HOSTILE, "0.5"),)


@dataclass(frozen=True)
class Picture:
    png: str = "a.png"
    caption: str = HOSTILE
    alt: str = f'Seen " {HOSTILE}'


@dataclass(frozen=True)
class Result:
    name: str = "table1"
    title: str = HOSTILE
    sentence: str = HOSTILE
    notices: tuple[str, ...] = ("NOT FOR MEDICAL USE", HOSTILE)
    used_sentences: tuple[str, ...] = (HOSTILE,)
    network_sentences: tuple[str, ...] = (HOSTILE,)
    remarks: tuple[str, ...] = (HOSTILE,)
    tables: tuple[Table, ...] = (Table(),)
    pictures: tuple[Picture, ...] = (Picture(),)


def _page(folder: Path, result: Result) -> str:
    (folder / "a.png").write_bytes(b"picture")
    return html_evaluation([(folder, result)])


def test_texts_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    page = _page(tmp_path, Result())
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 12
    assert 'alt="Seen &#34; ' in page
    assert "script-src" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_figure_lies_in_the_page_with_its_notices_as_words(tmp_path: Path) -> None:
    page = _page(tmp_path, Result(notices=("NOT FOR MEDICAL USE", "phantoms")))
    assert 'src="data:image/png;base64,cGljdHVyZQ=="' in page
    alt = page.partition('alt="')[2].partition('">')[0]
    assert "NOT FOR MEDICAL USE; phantoms" in alt


def test_long_tables_are_folded_away_and_short_ones_are_not(tmp_path: Path) -> None:
    long = Result(tables=(Table(text_rows=(("a", "1"),) * 21),))
    assert "<details>" in _page(tmp_path, long)
    assert "<details>" not in _page(tmp_path, Result())
