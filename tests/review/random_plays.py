"""Random operations: traffic that is relayed, held, answered and joined; duty that moves; late facts; lost links."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from coordinator.incident import acts, hubacts
from coordinator.incident.acts import Act
from coordinator.incident.entries import Entry, OnRecord
from coordinator.incident.roster import HUB
from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from tests.incident.played import Play

PEOPLE = ("lee", "dana", "ike", "nia", "sol", "ruth")
CENTRES = ("eoc", "icp", "north", "south")

ACTS: dict[str, Callable[[int, int, str], Act]] = {
    "message": lambda _, n, text: acts.Message(
        precedence="ROUTINE", text=text, topic=("", "ops/x", "medical/x")[n % 3], wants_reply=bool(n % 2)
    ),
    "relay": lambda ref, n, text: acts.Relay(
        ref=ref, to=(CENTRES[n % 4],), text=text if n % 3 else "", hold_replies=bool(n % 2)
    ),
    "reply": lambda ref, _, text: acts.Reply(ref=ref, text=text),
    "answer": lambda ref, _, text: acts.Answer(ref=ref, text=text),
    "ask": lambda ref, _, text: acts.Ask(ref=ref, text=text),
    "assign": lambda ref, n, text: acts.Assign(ref=ref, owner=CENTRES[n % 4]),
    "redirect": lambda ref, n, text: acts.Redirect(ref=ref, to=("ops", "medical")[n % 2], reason=text),
    "join": lambda ref, n, _: acts.Join(refs=(ref, max(n, 1))),
    "correct": lambda ref, _, text: acts.Correct(ref=ref, text=text),
    "note": lambda _, __, text: acts.Note(text=text),
    "propose": lambda _, __, text: acts.Propose(verb="EVACUATE", subject="area/north", to=("north",), text=text),
    "order": lambda _, n, text: acts.Order(
        verb=("EVACUATE", "SHELTER")[n % 2], subject="area/north/mill", to=("north",), rationale=text
    ),
    "status": lambda _, n, text: acts.Status(state=("OPERATIONAL", "DEGRADED")[n % 2], text=text),
    "offer": lambda _, n, text: acts.Offer(scope="ops", to=PEOPLE[n % 6], briefing=text),
    "stand_down": lambda _, __, text: acts.StandDown(scope="ops", reason=text),
    "assume": lambda _, __, ___: acts.Assume(scope="ops"),
}

SEEDS = st.integers(0, 2**32)
LONG = 60
DESK = ("lee", "lee", "dana", "ruth")
"""Who does the desk's work, mostly."""
DESKWORK = frozenset("relay answer ask assign redirect join order stand_down offer".split())
OTHERS = ("link", "archive", "late", "wait", "take")
"""What is no act of ACTS, or needs its own ref."""


def played(seed: int, long: int = LONG) -> list[Entry]:
    """The entries of an operation that chance plays; what is refused stands there too."""
    play, chance = Play(), Random(seed)
    moves = (*ACTS, *OTHERS, "message", "message", "relay", "relay", "reply")
    for place in range(long):
        _move(play, chance, chance.choice(moves), f"canary{place}word")
    return play.entries


def _move(play: Play, chance: Random, what: str, text: str) -> None:
    who = chance.choice(DESK if what in DESKWORK and chance.random() < 0.9 else PEOPLE)
    if what in ACTS:
        ref = chance.choice([*play.state.messages, play.state.seq])
        play.say(who, ACTS[what](ref, chance.randrange(40), text))
    else:
        _other(play, chance, what, who, text)


def _other(play: Play, chance: Random, what: str, who: str, text: str) -> None:
    if what == "wait":
        play.later(30 * chance.randrange(40))
    elif what == "link":
        play.say(HUB, hubacts.Link(operator=who, state=chance.choice(("up", "down")), since=play.now))
    elif what == "archive":
        play.say(HUB, hubacts.Archive(before=play.state.seq))
    elif what == "late":
        said = OnRecord(means="radio", said_at=play.now - timedelta(minutes=chance.randrange(40)))
        play.say(who, acts.Message(precedence="ROUTINE", text=text), said)
    else:
        offer = next((desk.offer for desk in play.state.desks.values() if desk.offer is not None), None)
        if offer is not None:
            play.say(offer.to, acts.Take(ref=offer.seq))


def written(folder: Path, entries: list[Entry]) -> Path:
    """The lines of these entries, in a file like an export's."""
    path, prev = folder / "log.jsonl", GENESIS
    with path.open("w", encoding="utf-8") as file:
        for entry in entries:
            (row,) = rows([entry], prev)
            file.write(f"{row.line}\n")
            prev = row.digest
    return path
