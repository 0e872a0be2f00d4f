"""JUnit XML in which nothing is ever skipped: a skipped test counts as success on build servers.

FAILED is a `<failure>`, NOT_RUN an `<error>`; what passed says its numbers in `<system-out>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from reports import words
from xport.judgement.verdict import Status

_KINDS = {Status.FAILED: "failure", Status.NOT_RUN: "error"}


@dataclass(frozen=True)
class Case:
    """A test case.

    Args:
        message: why it did not pass, in a line.
        details: the same at length; the message otherwise.
        seconds: that its recording took.
        said: its output, whether it passed or not.
    """

    classname: str
    name: str
    status: Status = Status.PASSED
    message: str = ""
    details: str = ""
    seconds: float = 0.0
    said: str = ""


@dataclass(frozen=True)
class Suite:
    """Test cases of one kind, and properties by name."""

    name: str
    cases: Sequence[Case]
    properties: Iterable[tuple[str, str]] = ()


def document(title: str, suites: Sequence[Suite], timestamp: str = "") -> str:
    """The XML of some suites.

    Args:
        timestamp: of every suite, ISO 8601 without a zone, as the schema wants it.
    """
    root = Element("testsuites", name=words.one_line(title))
    for suite in suites:
        _add(root, suite, timestamp)
    _count(root, [case for suite in suites for case in suite.cases])
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add(root: Element, suite: Suite, timestamp: str) -> None:
    element = SubElement(root, "testsuite", name=words.one_line(suite.name))
    _count(element, suite.cases)
    element.set("skipped", "0")
    if timestamp:
        element.set("timestamp", timestamp)
    told = [*suite.properties]
    if told:
        listed = SubElement(element, "properties")
        for key, value in told:
            name, said = words.one_line(key), words.one_line(value)
            SubElement(listed, "property", name=name, value=said)
    for case in suite.cases:
        _add_case(element, case)


def _add_case(suite: Element, case: Case) -> None:
    classname, name = words.one_line(case.classname), words.one_line(case.name)
    element = SubElement(suite, "testcase", classname=classname, name=name)
    element.set("time", f"{case.seconds:.3f}")
    if not case.status.all_passed:
        problem = SubElement(element, _KINDS[case.status], type=str(case.status))
        problem.set("message", words.one_line(case.message))
        problem.text = words.printable(case.details or case.message)
    if case.said:
        SubElement(element, "system-out").text = words.printable(case.said)


def _count(element: Element, cases: Sequence[Case]) -> None:
    statuses = [case.status for case in cases]
    element.set("tests", str(len(cases)))
    element.set("failures", str(statuses.count(Status.FAILED)))
    element.set("errors", str(statuses.count(Status.NOT_RUN)))
    element.set("time", f"{sum(case.seconds for case in cases):.3f}")
