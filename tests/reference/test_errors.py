"""An error is one line, whatever a tool had to say; its own words may follow on lines of theirs."""

from __future__ import annotations

from reference.errors import InputError


def test_a_tool_s_lines_become_one() -> None:
    error = InputError("it said:\n  first\r\n\n\tsecond\x0b", "a\nb", "mend it", "one\ntwo")
    assert str(error) == "a b: it said: first second; mend it\none\ntwo"
    assert error.what == "it said: first second"


def test_one_line_stays_as_it_is() -> None:
    assert str(InputError("no file  'a  b' ", "x  y")) == "x  y: no file  'a  b' "
