"""The tests of a release: collectors by model and leg, and an item for each output.

What belongs to no output has items of its own: `(leg)` for a leg as a whole, `(others)` for what is
of a model and none of its legs, `(verdict)` for the whole. So no failure is without a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from xport.errors import XportError
from xport.pytest_plugin.judging import Found, Place, found_at, found_of_verdict

if TYPE_CHECKING:
    from xport.pytest_plugin.session import Session

Places = Mapping[str, Mapping[str, Sequence[str]]]
"""The outputs of every leg of every model, as far as they are known before a release."""
OF_LEG, OF_MODEL, OF_ALL = "(leg)", "(others)", "(verdict)"
"""Names that no output has."""


class NotPassed(Exception):
    """What the verdict found, as a test's failure; its text is all that a person is shown."""


class ReleaseTests(pytest.File):
    """All tests of a release."""

    def __init__(self, *, session_of: Session, **given: Any) -> None:
        super().__init__(**given)
        self.session_of = session_of

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The models, and the verdict."""
        for model, legs in self.session_of.places.items():
            yield ModelTests.from_parent(
                self, name=model, session_of=self.session_of, model=model, legs=legs
            )
        yield VerdictTest.from_parent(self, name=OF_ALL, session_of=self.session_of)


class ModelTests(pytest.Collector):
    """The tests of a model."""

    def __init__(
        self, *, session_of: Session, model: str, legs: Mapping[str, Sequence[str]], **given: Any
    ) -> None:
        super().__init__(**given)
        self.session_of, self.model, self.legs = session_of, model, legs

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The legs, and what is of none of them."""
        for leg, outputs in self.legs.items():
            yield LegTests.from_parent(
                self, name=leg, session_of=self.session_of, place=(self.model, leg), outputs=outputs
            )
        place = Place(self.model, None, None, tuple(self.legs))
        yield PlaceTest.from_parent(self, name=OF_MODEL, session_of=self.session_of, place=place)


class LegTests(pytest.Collector):
    """The tests of a leg of a model."""

    def __init__(
        self, *, session_of: Session, place: tuple[str, str], outputs: Sequence[str], **given: Any
    ) -> None:
        super().__init__(**given)
        self.session_of, self.place, self.outputs = session_of, place, outputs

    def collect(self) -> Iterator[pytest.Item]:
        """The leg as a whole, and its outputs."""
        model, leg = self.place
        for name, output in [(OF_LEG, None), *((one, one) for one in self.outputs)]:
            place = Place(model, leg, output, tuple(self.outputs))
            yield PlaceTest.from_parent(self, name=name, session_of=self.session_of, place=place)


class ReleaseItem(pytest.Item):
    """A test that asks the verdict; how long a release may take is not a test's timeout to say."""

    def __init__(self, *, session_of: Session, **given: Any) -> None:
        super().__init__(**given)
        self.session_of = session_of
        if self.config.pluginmanager.has_plugin("timeout"):
            self.add_marker(pytest.mark.timeout(0))

    def found(self) -> Found:
        """What the verdict says of this item."""
        raise NotImplementedError

    def runtest(self) -> None:
        """Hold the verdict to this item, once there is one.

        Raises:
            NotPassed: it did not pass.
            XportError: there is no verdict.
        """
        found = self.found()
        self.user_properties += found.properties
        if found.said:
            self.add_report_section("call", "xport", found.said)
        if found.missing:
            pytest.skip(found.missing)
        if found.failure:
            raise NotPassed(found.failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding's own words; a traceback only of what nobody expected."""
        if isinstance(excinfo.value, NotPassed | XportError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the item comes from, as pytest shows it."""
        return self.path, None, self.nodeid.partition("::")[2]


class PlaceTest(ReleaseItem):
    """A test of one output of a leg, of a leg, or of what is of a model alone."""

    def __init__(self, *, place: Place, **given: Any) -> None:
        super().__init__(**given)
        self.place = place

    def found(self) -> Found:
        """What the verdict says of the checks that are made here."""
        return found_at(self.place, self.session_of.reading, self.session_of.wanted)


class VerdictTest(ReleaseItem):
    """The test of the verdict as a whole, which is passed where the command's exit code is 0."""

    def found(self) -> Found:
        """Verdict, digests and notes; every finding where it is not allowed."""
        session = self.session_of
        return found_of_verdict(session.reading, session.status, session.wanted)
