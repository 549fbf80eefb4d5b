"""Each kind of restricted text bears a word of its own; the word is searched for in every byte that anybody ever gets.

Live, in a snapshot, on return, in pages, searches and repeated answers; before and after what is settled has left the
hub's memory, a restart, and an old matter taken up again; and in what the command line prints and keeps.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from coordinator.cli import main
from coordinator.incident import acts
from coordinator.incident.acts import Act
from coordinator.review.dealings import former
from coordinator.review.export import Wishes, export
from coordinator.review.lines import told
from coordinator.session.client import Session
from coordinator.wire import limits
from coordinator.wire.frames import Fetch, Page, Search
from server import hub as hub_module
from tests.end_to_end.running import until
from tests.server.raw import Client, Place
from tests.server.test_authority import PEOPLE, World, roster

EVERY = 100
"""Entries after which the hub lets go of what is settled."""
DESK = frozenset(("deputy", "poc", "holder"))
ALWAYS = DESK | {"reviewer"}

Telling = Callable[[World, str], Awaitable[object]]


async def message(world: World, text: str, **around: object) -> int:
    act = acts.Message(precedence="ROUTINE", text=text, topic="ops/x", to=("south",), wants_reply=True)
    return await world.made("originator", act, **around)


def on_desk(make: Callable[[int, str], Act], who: str = "holder", **around: object) -> Telling:
    """What somebody says of a message that lies on the desk."""

    async def tell(world: World, word: str) -> None:
        await world.made(who, make(await message(world, "plain"), word), **around)

    return tell


def after_relay(make: Callable[[int, str], Act], who: str, *, held: bool = False) -> Telling:
    """What somebody says of a message that was relayed to the south."""

    async def tell(world: World, word: str) -> None:
        ref = await message(world, "plain")
        await world.made("holder", acts.Relay(ref=ref, to=("south",), hold_replies=held))
        await world.made(who, make(ref, word))

    return tell


async def forms(world: World, word: str) -> None:
    form = acts.Form(name="SALUTE", fields={"activity": word})
    await world.made("originator", acts.Message(precedence="ROUTINE", text="see the form", topic="ops/x", form=form))


async def joined(world: World, word: str) -> None:
    """Two say the same; neither reads the other's words."""
    first = await message(world, word)
    other = await world.made("home", acts.Message(precedence="ROUTINE", text="the same", topic="ops/x"))
    await world.made("holder", acts.Join(refs=(other, first)))
    await world.made("holder", acts.Answer(ref=other, text="one answer to all"))


async def corrected(world: World, word: str) -> None:
    await world.made("originator", acts.Correct(ref=await message(world, "plain"), text=word))


async def corrected_note(world: World, word: str) -> None:
    note = await world.made("home", acts.Note(text="plain"))
    await world.made("home", acts.Correct(ref=note, text=word))


async def declined(world: World, word: str) -> None:
    await world.made("holder", acts.Decline(refs=(await world.proposal(),), reason=word))


async def refused(world: World, word: str) -> None:
    refusal = await world.do("home", acts.Answer(ref=await message(world, "plain"), text=word))
    assert refusal.kind == "refusal"


async def refused_order(world: World, word: str) -> None:
    """What nobody may is refused, not proposed: a verb that no desk has."""
    refusal = await world.do("home", acts.Package(orders=(acts.Order(verb="EAT", subject=word, to=("south",)),)))
    assert refusal.kind == "refusal"


async def briefing(world: World, word: str) -> None:
    offer = await world.made("holder", acts.Offer(scope="ops", to="deputy", briefing=word))
    await world.made("holder", acts.Withdraw(ref=offer))


async def answered(world: World, word: str) -> None:
    ref = await message(world, word)
    await world.made("holder", acts.Answer(ref=ref, text="no"))


KINDS: dict[str, tuple[Telling, frozenset[str]]] = {
    "waiting": (message, ALWAYS | {"originator"}),
    "answered": (answered, ALWAYS | {"originator"}),
    "form": (forms, ALWAYS | {"originator"}),
    "joined": (joined, ALWAYS | {"originator"}),
    "words": (
        lambda world, word: message(world, "plain", words=word, means="radio"), ALWAYS | {"originator"}
    ),
    "answer": (on_desk(lambda ref, word: acts.Answer(ref=ref, text=word)), ALWAYS | {"originator"}),
    "ask": (on_desk(lambda ref, word: acts.Ask(ref=ref, text=word)), ALWAYS | {"originator"}),
    "closed": (on_desk(lambda ref, word: acts.Close(ref=ref, reason=word)), ALWAYS | {"originator"}),
    "escalated": (on_desk(lambda ref, word: acts.Escalate(ref=ref, reason=word)), ALWAYS | {"originator"}),
    "redirected": (
        on_desk(lambda ref, word: acts.Redirect(ref=ref, to="med", reason=word)),
        frozenset(("originator", "elsewhere", "reviewer", "holder")),
    ),
    "summary": (
        on_desk(lambda ref, word: acts.Relay(ref=ref, to=("south",), text=word)), ALWAYS | {"originator", "addressee"}
    ),
    "reply": (
        after_relay(lambda ref, word: acts.Reply(ref=ref, text=word), "addressee"),
        ALWAYS | {"originator", "addressee"},
    ),
    "heldback": (
        after_relay(lambda ref, word: acts.Reply(ref=ref, text=word), "addressee", held=True),
        ALWAYS | {"addressee"},
    ),
    "corrected": (corrected, ALWAYS | {"originator"}),
    "note": (lambda world, word: world.made("home", acts.Note(text=word)), ALWAYS | {"home", "elsewhere"}),
    "notecorrected": (corrected_note, ALWAYS | {"home", "elsewhere"}),
    "proposal": (
        lambda world, word: world.made(
            "home", acts.Propose(verb="DIRECT", subject="the mill", to=("south",), text=word)
        ),
        ALWAYS | {"home"},
    ),
    "declined": (declined, ALWAYS | {"originator"}),
    "refused": (refused, ALWAYS | {"home"}),
    "refusedorder": (refused_order, ALWAYS | {"home"}),
    "briefing": (briefing, ALWAYS),
}
"""What is said, and who may see it. `holder` and `stranger` are of one centre, and only one of them is at the desk."""


def word_of(kind: str) -> str:
    return f"canary{kind}7f3a"


def seen_in(data: list[bytes]) -> frozenset[str]:
    """The kinds whose word is in some byte."""
    whole = b"\0".join(data)
    return frozenset(kind for kind in KINDS if word_of(kind).encode() in whole)


def entitled(who: str) -> frozenset[str]:
    return frozenset(kind for kind, (_, may) in KINDS.items() if who in may)


def bytes_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def asked_for_everything(client: Client, upto: int) -> None:
    """Every way to get at older lines."""
    questions: list[Fetch | Search] = [Fetch(n=1, limit=500), Fetch(n=2, seqs=tuple(range(1, min(upto, 1000))))]
    questions += [Fetch(n=3, before=before, limit=100) for before in range(100, upto + 100, 100)]
    questions += [Search(n=4, query=word_of(kind)) for kind in KINDS]
    questions.append(Search(n=5, query="canary*"))
    pages = len(client.all(Page))
    for question in questions:
        await client.send(question)
    await client.wait(Page, pages + len(questions) - 1)


@pytest.fixture
async def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Everybody is there, and nothing has been said."""
    monkeypatch.setattr(limits, "COMMANDS", limits.Rate(10_000, 10_000))
    monkeypatch.setattr(limits, "READS", limits.Rate(10_000, 10_000))
    kept = {**(hub_module.Hub.__init__.__kwdefaults__ or {}), "archive_every": EVERY}
    monkeypatch.setattr(hub_module.Hub.__init__, "__kwdefaults__", kept)
    place = Place(tmp_path, roster=roster())
    await place.start()
    try:
        made = World(place, {person: await place.join(person) for person in PEOPLE})
        await made.made("holder", acts.Take(ref=await made.made("poc", acts.Offer(scope="ops", to="holder"))))
        yield made
    finally:
        await place.stop()


@pytest.fixture
async def world(quiet: World) -> World:
    """Everything has been said, with everybody there."""
    for kind, (tell, _) in KINDS.items():
        await tell(quiet, word_of(kind))
    return quiet


async def everybody(world: World, *, have: bool) -> dict[str, Client]:
    """Everybody connects again: from nothing, or from where they were."""
    return {
        person: await world.place.join(person, have=client.have() if have else None)
        for person, client in world.clients.items()
    }


async def reached(clients: dict[str, Client], seq: int) -> None:
    for client in clients.values():
        await client.upto(seq)


def assert_only_the_entitled(*groups: dict[str, Client]) -> None:
    for group in groups:
        assert {who: seen_in(client.everything) - entitled(who) for who, client in group.items()} == dict.fromkeys(
            group, frozenset()
        )


async def test_live_late_returned_and_asking_nobody_gets_what_is_not_theirs(world: World) -> None:
    seq = world.place.hub.state.seq
    await reached(world.clients, seq)
    assert {who: seen_in(client.everything) for who, client in world.clients.items()} == {
        who: entitled(who) for who in PEOPLE
    }, "and everybody got what is theirs"
    late, back = await everybody(world, have=False), await everybody(world, have=True)
    for client in (*world.clients.values(), *late.values(), *back.values()):
        await asked_for_everything(client, seq)
    assert_only_the_entitled(world.clients, late, back)


async def test_nor_after_it_left_the_hubs_memory_and_was_taken_up_again(world: World) -> None:
    place = world.place
    old = {person: client.have() for person, client in world.clients.items()}
    for _ in range(2 * EVERY):
        await world.made("holder", acts.Broadcast(precedence="ROUTINE", text="all is well"))
    await reached(world.clients, place.hub.state.seq)
    first = next(
        entry.seq for entry in world.clients["reviewer"].entries()
        if entry.kind == "message" and word_of("answered") in str(entry.body)
    )  # fmt: skip
    await place.restart()
    back = {person: await place.join(person, have=have) for person, have in old.items()}
    late = {person: await place.join(person) for person in PEOPLE}
    again = World(place, late)
    assert first not in place.hub.state.messages
    await again.made("originator", acts.Reopen(ref=first, reason="it rises again"))
    seq = place.hub.state.seq
    await reached(late, seq)
    for client in (*back.values(), *late.values()):
        await asked_for_everything(client, seq)
    assert_only_the_entitled(world.clients, back, late)


async def test_guesses_at_hidden_things_tell_nothing(world: World) -> None:
    """A stranger names every entry in every command that can name one; all that comes back is refusals."""
    seq = world.place.hub.state.seq
    stranger = world.clients["home"]
    guesses: list[Callable[[int], Act]] = [
        lambda ref: acts.Relay(ref=ref, to=("depot",)), lambda ref: acts.Reply(ref=ref, text="x"),
        lambda ref: acts.Answer(ref=ref, text="x"), lambda ref: acts.Triage(ref=ref, precedence="FLASH"),
        lambda ref: acts.Join(refs=(ref, 1)), lambda ref: acts.Acknowledge(ref=ref),
        lambda ref: acts.Issue(ref=ref), lambda ref: acts.Decline(refs=(ref,), reason="x"),
        lambda ref: acts.Take(ref=ref), lambda ref: acts.Correct(ref=ref, text="x"),
        lambda ref: acts.Reopen(ref=ref, reason="x"), lambda ref: acts.Rescind(ref=ref, reason="x"),
    ]  # fmt: skip
    for make in guesses:
        for ref in range(1, seq, 3):
            await stranger.say(make(ref))
    await stranger.do(acts.Note(text="and that was all"))
    assert_only_the_entitled({"home": stranger})


async def test_repeated_answers_carry_only_ones_own(world: World) -> None:
    """Another's command id gives nothing of what it made: it is another command."""
    ids = {entry.id for entry in world.clients["reviewer"].entries() if entry.id}
    thief = await world.place.join("stranger", follow=False)
    for id in ids:
        await thief.say(acts.Note(text="mine"), id)
    await thief.do(acts.Note(text="the end"), "thief-last")
    assert_only_the_entitled({"stranger": thief})


async def test_a_copy_on_disk_holds_what_its_owner_may_see(world: World, tmp_path: Path) -> None:
    for who in ("stranger", "addressee", "home"):
        folder = tmp_path / f"copy-{who}"
        async with Session(f"unix:{world.place.socket}", operator=who, folder=folder) as session:
            await session.ready(10)
            await session.fetch(limit=500)
        data = bytes_in(folder)
        assert data
        assert seen_in(data) <= entitled(who)


async def test_an_export_for_somebody_holds_what_they_may_see(world: World, tmp_path: Path) -> None:
    """Of the running hub's journal, before and after what is settled has left the hub's memory."""
    for turn in ("at-once", "later"):
        (tmp_path / turn).mkdir()
        for who in PEOPLE:
            await asyncio.to_thread(export, world.place.journal, tmp_path / turn / who, Wishes(viewer=who))
            assert seen_in(bytes_in(tmp_path / turn / who)) == entitled(who), who
        for centre in sorted(set(PEOPLE.values())):
            for one in former(tmp_path / turn, centre):
                said = "".join(map(told, one.entries)).encode()
                assert not one.fault
                assert seen_in([said]) <= entitled(one.path.name), "as a former operation it tells no more"
        for _ in range(2 * EVERY):
            await world.made("holder", acts.Broadcast(precedence="ROUTINE", text="all is well"))


async def test_an_export_of_a_copy_holds_what_its_owner_may_see(quiet: World, tmp_path: Path) -> None:
    """A copy that was there from the beginning, and one that came when all was said."""
    owners = ("stranger", "addressee", "home", "originator", "holder")

    def session(who: str, folder: str) -> Session:
        return Session(f"unix:{quiet.place.socket}", operator=who, folder=tmp_path / folder / who)

    async with AsyncExitStack() as there:
        early = [await there.enter_async_context(session(who, "early")) for who in owners]
        for one in early:
            await one.ready(10)
        for kind, (tell, _) in KINDS.items():
            await tell(quiet, word_of(kind))
        late = [await there.enter_async_context(session(who, "late")) for who in owners]
        for one in (*early, *late):
            await one.ready(10)
            await until(partial(up_to_date, one, quiet), "the copy is up to date")
    for who, folder in product(owners, ("early", "late")):
        (copy,) = (tmp_path / folder / who).glob("*.db")
        await asyncio.to_thread(export, copy, tmp_path / f"{folder}-{who}", Wishes())
        found = seen_in(bytes_in(tmp_path / f"{folder}-{who}"))
        assert found <= entitled(who)
        assert folder == "late" or found == entitled(who), "and all that is theirs is there"


def up_to_date(session: Session, world: World) -> bool:
    return session.seq >= world.place.hub.state.seq


MESSAGES = tuple(f"M-{number}" for number in range(1, 30))
PRINTED: dict[str, tuple[tuple[str, ...], ...]] = {
    "log": ((), ("-n", "400", "--json"), ("--search", "canary*"), ("-n", "400", "--full")),
    "show": tuple((message, *how) for message in MESSAGES for how in ((), ("--json",))),
    "form": tuple((message,) for message in MESSAGES),
    "dossier": tuple(
        (centre, *how) for centre in sorted(set(PEOPLE.values()))
        for how in ((), ("--json",), ("--search", "canary*"))
    ),
    **dict.fromkeys(("briefing", "handover-sheet", "desk", "charter"), (("ops",), ("med",), ("ops", "--json"))),
    "inbox": ((), ("south",), ("north",), ("--json",)), "orders": ((), ("--all",), ("--json", "--all")),
    **dict.fromkeys(("situation", "resources", "rollcalls", "outbox", "board", "duty"), ((), ("--json",))),
    "export": (("JOURNAL", "-o", "OUT", "--as", "WHO"),), "verify": (("JOURNAL",), ("OUT",)),
}  # fmt: skip
"""Every command that shows something, in every way that could show too much."""
SILENT = frozenset(("demo", "join", "late", "review"))
"""Those that show nothing of this hub, or are interfaces (tests/tui)."""


def test_every_command_that_shows_something_is_tried() -> None:
    assert {*main.OTHERS, *main.VIEWS} - SILENT == PRINTED.keys()


@pytest.mark.parametrize("who", ["stranger", "home", "addressee", "liaison"])
async def test_the_command_line_prints_what_its_user_may_see(
    world: World, tmp_path: Path, who: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COORDINATOR_CONFIG", os.devnull)
    monkeypatch.setenv("COORDINATOR_FOLDER", str(tmp_path / "kept"))
    monkeypatch.setenv("COORDINATOR_HUB", f"unix:{world.place.socket}")
    monkeypatch.setenv("COORDINATOR_AS", who)
    names = {"JOURNAL": str(world.place.journal), "OUT": str(tmp_path / "out"), "WHO": who}
    said: dict[str, str] = {}
    for command, ways in PRINTED.items():
        for way in ways:
            words = [command, *(names.get(word, word) for word in way)]
            code = await asyncio.to_thread(main.run, words)
            printed = capfd.readouterr()
            said[" ".join((command, *way))] = printed.out + printed.err
            assert code in (0, 2), (words, printed.err)
            assert "Traceback" not in printed.err
    seen = {line: seen_in([text.encode()]) for line, text in said.items()}
    assert {line: kinds - entitled(who) for line, kinds in seen.items() if kinds - entitled(who)} == {}
    assert seen["log -n 400 --json"] == entitled(who), "and they get what is theirs"
    kept = bytes_in(tmp_path / "kept") + bytes_in(tmp_path / "out")
    assert seen_in(kept) <= entitled(who)
    assert len(said["verify OUT"].splitlines()) > 1, "the export for them is there, and whole"


async def test_nor_what_was_taken_up_and_let_go_once_more(world: World) -> None:
    """The hub's own copy of an old matter, in its recall, is as narrow as the matter, also when that is gone again."""
    made = await world.made("home", acts.Propose(verb="DIRECT", subject="x", to=("south",), text=word_of("proposal")))
    await world.made("holder", acts.Decline(refs=(made,), reason="no"))
    for turn in range(2):
        for _ in range(2 * EVERY):
            await world.made("holder", acts.Broadcast(precedence="ROUTINE", text="all is well"))
        assert made not in world.place.hub.state.proposals
        if not turn:
            assert (await world.do("holder", acts.Issue(ref=made))).kind == "refusal"
    seq = world.place.hub.state.seq
    assert any(entry.kind == "recall" for entry in world.clients["reviewer"].entries())
    late = await everybody(world, have=False)
    for client in late.values():
        await asked_for_everything(client, seq)
    assert_only_the_entitled(late)
