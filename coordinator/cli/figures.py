"""What an operation came to, in numbers: read from its entries and the state that they make."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median
from textwrap import wrap

from msgspec import Struct

from coordinator.cli.table import WIDTH
from coordinator.incident import projections, queues
from coordinator.incident.entries import Entry
from coordinator.incident.state import Message, State


class Figures(Struct, frozen=True, kw_only=True):
    """Times are seconds; None where there was nothing to measure."""

    entries: int
    messages: int
    by_precedence: dict[str, int]
    first_action_median: int | None
    first_action_longest: int | None
    answer_median: int | None
    answer_longest: int | None
    open_requests: int
    overdue: int
    orders: int
    in_force: int
    unconfirmed: int
    refusals: dict[str, int]
    proposals: int
    duty_changes: int
    links_lost: int


def figures(entries: Sequence[Entry], state: State) -> Figures:
    """The figures of a whole log."""
    messages = [message for message in state.messages.values() if not message.broadcast]
    kinds = Counter(entry.kind for entry in entries)
    first = _seconds(message.handled_at - message.at for message in messages if message.handled_at is not None)
    at = {entry.seq: entry.at for entry in entries}
    answers = _seconds(_answer(message, at) for message in messages if message.wants_reply and message.answered)
    links = [entry for entry in entries if entry.kind == "link" and getattr(entry.body, "state", "") == "down"]
    return Figures(
        entries=len(entries),
        messages=len(messages),
        by_precedence=dict(Counter(message.precedence for message in messages)),
        first_action_median=_median(first),
        first_action_longest=max(first, default=None),
        answer_median=_median(answers),
        answer_longest=max(answers, default=None),
        open_requests=len(queues.open_requests(state)),
        overdue=len(queues.overdue(state, state.at)),
        orders=len(state.orders),
        in_force=len(projections.in_force(state, state.at)),
        unconfirmed=len(projections.unconfirmed(state, state.at)),
        refusals=dict(Counter(str(entry.found.code) for entry in entries if entry.kind == "refusal")),
        proposals=len(state.proposals),
        duty_changes=kinds["take"] + kinds["assume"] + kinds["stand_down"],
        links_lost=len(links),
    )


def told(found: Figures) -> Iterator[str]:
    """The figures in lines."""
    by_precedence = _counted(found.by_precedence)
    yield f"entries {found.entries}, messages {found.messages}{by_precedence}"
    yield f"first action after {_span(found.first_action_median, found.first_action_longest)}"
    yield f"answer after {_span(found.answer_median, found.answer_longest)}; {found.open_requests} requests still open"
    yield f"orders {found.orders}: {found.in_force} in force, {found.unconfirmed} unconfirmed"
    refusals = f"refusals {sum(found.refusals.values())}{_counted(found.refusals)}; proposals {found.proposals}"
    yield from wrap(refusals, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    yield f"changes of duty {found.duty_changes}, links lost {found.links_lost}, overdue at the end {found.overdue}"


def _answer(message: Message, at: dict[int, datetime]) -> timedelta:
    return at.get(message.answered or 0, message.at) - message.at


def _seconds(spans: Iterator[timedelta]) -> list[int]:
    return [round(span.total_seconds()) for span in spans]


def _median(values: Sequence[int]) -> int | None:
    return round(median(values)) if values else None


def _counted(counts: dict[str, int]) -> str:
    return f" ({', '.join(f'{name} {count}' for name, count in sorted(counts.items()))})" if counts else ""


def _span(middle: int | None, longest: int | None) -> str:
    return "-" if middle is None or longest is None else f"{middle} s (median), {longest} s (longest)"
