"""Reads a roster and says everything that is wrong with it, at once: where, what, and the remedy. DESIGN 4.

An error refuses the roster; a warning does not.
"""

from msgspec import Struct

from coordinator.incident import mandates, rosternames, rosterrefs
from coordinator.incident.problem import Problem
from coordinator.incident.roster import Roster
from coordinator.incident.rosterfile import Unreadable, parsed, shape, typed

__all__ = ["Loaded", "Problem", "load", "problems"]

RULES = (*rosternames.RULES, *rosterrefs.RULES, *mandates.RULES)


class Loaded(Struct, frozen=True):
    """A roster that has no errors, or none; and what there is to say of it."""

    roster: Roster | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def load(data: bytes | str) -> Loaded:
    """The roster in a document, if it is one that an operation can run on. Never raises for what the data is."""
    try:
        document = parsed(data)
    except Unreadable as error:
        return Loaded(None, (Problem(path="", message=str(error), remedy="write the roster as one JSON object"),))
    wrong = shape(document)
    if wrong:
        return Loaded(None, tuple(wrong))
    roster = typed(document)
    found = Loaded(roster, tuple(problems(roster)))
    return Loaded(None, found.problems) if found.errors else found


def problems(roster: Roster) -> list[Problem]:
    """Everything that is wrong with a roster of the right shape, errors first."""
    found = [problem for rule in RULES for problem in rule(roster)]
    return sorted(found, key=lambda problem: problem.severity)
