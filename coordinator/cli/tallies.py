"""What is counted: resources (who has what, where, until when), and roll calls (expected against reported)."""

from collections.abc import Iterator

from coordinator.cli import common
from coordinator.cli.table import table
from coordinator.cli.views import Seen, View, as_command
from coordinator.incident import holdings, queues
from coordinator.incident.holdings import Holding, Use
from coordinator.incident.state import Message, Rollcall
from coordinator.review.lines import clock, plain

# Resources


def _resources(seen: Seen) -> Iterator[str]:
    rows = [row for one in _chosen(seen) for row in _rows(one)]
    yield from table(("RESOURCE", "HOME", "FREE", "STATE", "UNTIL", "ORDER", "WHERE"), rows, "no resources")
    asked = list(holdings.requests(seen.state))
    if asked:
        yield ""
        head = ("REQUEST", "FROM", "BALL", "DONE FOR IT", "WHAT")
        yield from table(head, [_request(seen, message) for message in asked], "")


def _chosen(seen: Seen) -> list[Holding]:
    found = holdings.holdings(seen.state, seen.now)
    wanted = seen.of.removeprefix("resource/")
    return [
        one for one in found
        if not wanted or wanted in (one.home, one.kind) or one.subject.removeprefix("resource/").startswith(wanted)
    ]


def _rows(one: Holding) -> Iterator[tuple[str, ...]]:
    where = f"{one.where} ({clock(one.where_at)})" if one.where_at is not None else ""
    name = one.subject.removeprefix("resource/")
    if not one.uses:
        yield (name, one.home, f"{one.free}/{one.capacity}", one.state, "", "", where)
    for place, use in enumerate(one.uses):
        first = (name, one.home, f"{one.free}/{one.capacity}") if not place else ("", "", "")
        last = "" if place else where or ", ".join(use.said)
        yield (*first, _with(use), clock(use.until) if use.until else "open", use.order, last)


def _with(use: Use) -> str:
    later = f" from {clock(use.start)}" if use.reserved else ""
    return f"{use.quantity} {use.verb} {use.object}{later}"


def _request(seen: Seen, message: Message) -> tuple[str, ...]:
    proposals, orders = holdings.done_about(seen.state, message.seq)
    done = [f"{one.number} {one.end}".rstrip() for one in proposals]
    done += [f"{one.number} {one.ended or 'in force'}" for one in orders]
    fields = message.form.fields if message.form is not None else {}
    what = " ".join(value for name in ("quantity", "kind", "type") if (value := fields.get(name, ""))) or message.text
    return (message.number, message.centre, queues.ball(seen.state, message), ", ".join(done), plain(what))


def _resources_data(seen: Seen) -> object:
    asked = []
    for message in holdings.requests(seen.state):
        proposals, orders = holdings.done_about(seen.state, message.seq)
        asked.append({
            "number": message.number, "seq": message.seq, "from": message.centre,
            "form": message.form.fields if message.form is not None else {},
            "ball": queues.ball(seen.state, message),
            "proposals": [one.number for one in proposals], "orders": [one.number for one in orders],
        })
    return {"resources": _chosen(seen), "requests": asked}


# Roll calls


def _calls(seen: Seen) -> list[Rollcall]:
    calls = sorted(seen.state.rollcalls.values(), key=lambda one: one.seq)
    return calls if seen.everything else [one for one in calls if queues.outstanding(seen.state, one.seq)] or calls[-1:]


def _rollcalls(seen: Seen) -> Iterator[str]:
    calls = _calls(seen)
    if not calls:
        yield "no roll call was made"
    for call in calls:
        missing = queues.outstanding(seen.state, call.seq)
        late = " OVERDUE" if missing and seen.now > call.deadline else ""
        expected, heads = sum(call.expected.values()), sum(call.heads.values())
        people = f"; people {heads}" if heads or expected else ""
        people += f" of {expected} expected" if expected else ""
        yield (
            f"{call.number} called {clock(call.at)} due {clock(call.deadline)}{late}:"
            f" {len(call.confirmed)} of {len(call.centres)} confirmed{people}. {plain(call.text)}"
        ).rstrip(" .")
        rows = [_answer(seen, call, one) for one in _order_of(seen, call)]
        yield from table(("CENTRE", "ANSWER", "PEOPLE", "REACH"), rows, "")


def _order_of(seen: Seen, call: Rollcall) -> list[str]:
    """Those outstanding first, in contact order."""
    missing = queues.outstanding(seen.state, call.seq)
    return [*missing, *(centre for centre in call.centres if centre not in missing)]


def _answer(seen: Seen, call: Rollcall, name: str) -> tuple[str, ...]:
    report = seen.state.statuses.get(name)
    done = name in call.confirmed
    said = f"{report.state} {clock(report.at)}" if done and report is not None else "OUTSTANDING"
    expected, heads = call.expected.get(name), call.heads.get(name)
    short = " MISSING" if expected is not None and heads is not None and heads < expected else ""
    of = f" of {expected}" if expected is not None else ""
    people = f"{'?' if heads is None else heads}{of}{short}" if heads is not None or expected is not None else ""
    centre = seen.state.roster.ground.centres.get(name)
    ways = (centre.phone, centre.callsign, centre.bridge) if centre is not None else ()
    reach = ", ".join(way for way in ways if way) or "no phone, no call sign"
    return (name, said, people, "" if done else reach)


def _rollcalls_data(seen: Seen) -> object:
    return [
        {**common.builtins(call), "outstanding": queues.outstanding(seen.state, call.seq)} for call in _calls(seen)
    ]


TALLIES = {
    "resources": View(
        "Who has what, where, until when; and what became of each request.", _resources_data, _resources,
        of="RESOURCE|HOME",
    ),
    "rollcalls": View(
        "Roll calls: who has confirmed, how many people, whom to reach and how.", _rollcalls_data, _rollcalls,
        whole="Every roll call, those answered too.",
    ),
}

COMMANDS = {name: as_command(name, view) for name, view in TALLIES.items()}
