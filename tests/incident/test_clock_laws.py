"""Laws of traffic for any interleaving of people, time, restarts and viewers.

Each deadline exactly once; the log alone makes the state; a restart changes nothing; and whoever sees only part
of the log knows of each message that they may see what the hub knows of it.
"""

from collections import Counter
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import given

from coordinator.incident import acts, deadlines, hubacts, queues, saturation, threads
from coordinator.incident.acts import Act
from coordinator.incident.clock import TICK, next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Command, Entry, OnRecord
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.snapshot import freeze, trimmed
from coordinator.incident.state import Message, State
from coordinator.incident.visibility import audience, reveals, tokens
from tests.incident.played import START, Play

PEOPLE = ("lee", "dana", "ike", "nia", "sol", "ruth")
CENTRES = ("eoc", "icp", "north", "south", "gauge")
PRECEDENCES = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")

Move = tuple[str, Act, OnRecord]

refs = st.integers(2, 14)
places = st.lists(st.sampled_from(CENTRES), max_size=3, unique=True).map(tuple)
later = st.integers(1, 7200).map(lambda seconds: START + timedelta(seconds=seconds))
words = st.sampled_from(("Yes.", "No.", "At six."))

messages = st.builds(
    acts.Message,
    precedence=st.sampled_from(PRECEDENCES),
    text=words,
    topic=st.sampled_from(("", "ops/road", "water/gauge", "medical/beds", "press/tv")),
    to=places,
    wants_reply=st.booleans(),
    reply_by=st.none() | later,
    form=st.none() | st.just(acts.Form(name="MAYDAY")),
)
work = st.one_of(
    st.builds(acts.Relay, ref=refs, to=places, hold_replies=st.booleans()),
    st.builds(acts.Reply, ref=refs, text=words),
    st.builds(acts.Answer, ref=refs, text=words),
    st.builds(acts.Ask, ref=refs, text=words),
    st.builds(acts.Triage, ref=refs, precedence=st.sampled_from(PRECEDENCES)),
    st.builds(acts.Join, refs=st.lists(refs, min_size=2, max_size=3, unique=True).map(tuple)),
    st.builds(acts.Assign, ref=refs, owner=st.sampled_from(CENTRES), due=st.none() | later),
    st.builds(acts.Escalate, ref=refs, reason=words),
    st.builds(acts.Redirect, ref=refs, to=st.sampled_from(("ops", "medical")), reason=words),
    st.builds(acts.Hold, ref=refs, until=later, reason=words),
    st.builds(acts.Close, ref=refs, reason=words),
    st.builds(acts.Reopen, ref=refs, reason=words),
    st.builds(acts.Acknowledge, ref=refs),
    st.builds(acts.Accept, ref=refs),
    st.builds(acts.Decline, ref=refs, reason=words),
    st.builds(acts.Broadcast, precedence=st.sampled_from(PRECEDENCES), text=words),
    st.builds(acts.Rollcall, centres=places, due=st.sampled_from(("1m", "30m"))),
    st.builds(acts.Status, state=st.just("OPERATIONAL")),
)
records = st.just(OnRecord()) | st.builds(OnRecord, centre=st.sampled_from(CENTRES), means=st.just("radio"))
moves = st.tuples(st.sampled_from(PEOPLE), st.one_of(messages, messages, work, work, work), records)
pauses = st.sampled_from((0, 1, 30, 61, 300, 601, 1800, 7200))
days = st.lists(st.tuples(moves, pauses, st.booleans()), max_size=25)


def played(day: list[tuple[Move, int, bool]]) -> Play:
    """A day as it went: moves, pauses after them, and restarts."""
    play = Play()
    for (by, act, record), pause, restart in day:
        play.say(by, act, record)
        play.later(pause)
        if restart:
            play.restart()
    return play


@given(days)
def test_after_a_tick_nothing_that_is_due_is_left(day: list[tuple[Move, int, bool]]) -> None:
    play = played(day)
    due = next_due(play.state)
    assert due is None or due > play.now
    for message in play.state.messages.values():
        assert [row for row in deadlines.unfired(play.state, message) if row.at <= play.now] == []


@given(days)
def test_each_deadline_fires_once(day: list[tuple[Move, int, bool]]) -> None:
    """The same one again only when an act moved it into the future in between."""
    play = played(day)
    fired = Counter(
        (entry.ref, entry.body.what, entry.found.due) for entry in play.entries if isinstance(entry.body, hubacts.Due)
    )
    assert [one for one, times in fired.items() if times > 1] == []


@given(days, st.lists(st.integers(0, 30_000), max_size=5))
def test_however_seldom_the_hub_ticks_the_same_deadlines_fire(day: list[tuple[Move, int, bool]], at: list[int]) -> None:
    """Ticking late, after being down, writes what ticking in time would have written, later."""
    play = played(day)
    often, seldom = Play(), Play()
    for one in (often, seldom):
        one.state, one.entries, one.now = play.state, list(play.entries), play.now
    for seconds in sorted(at):
        often.later(seconds)
    moment = often.now + timedelta(days=2)
    often.to(moment - START)
    seldom.take(decide(seldom.state, TICK, moment).entries)

    def rang(one: Play) -> Counter[tuple[int | None, str]]:
        since = one.entries[len(play.entries) :]
        words = [(entry.ref, entry.body.what) for entry in since if isinstance(entry.body, hubacts.Due)]
        # A nudge runs from its relay, and the hub's own relay is written when the hub is up.
        return Counter(word for word in words if not word[1].startswith(deadlines.NUDGE))

    assert rang(often) == rang(seldom)


@given(days)
def test_the_log_alone_makes_the_state_and_a_restart_changes_nothing(day: list[tuple[Move, int, bool]]) -> None:
    play = played(day)
    assert freeze(play.replayed()) == freeze(play.state)
    due = next_due(play.state)
    frozen = freeze(play.state)
    play.restart()
    assert freeze(play.state) == frozen
    assert next_due(play.state) == due


@given(days)
def test_what_is_kept_beside_the_messages_agrees_with_them(day: list[tuple[Move, int, bool]]) -> None:
    state = played(day).state
    assert {seq for seq, one in state.messages.items() if threads.is_open(one)} == set(state.open_messages)
    for scope, desk in state.desks.items():
        lying = [one for one in state.messages.values() if one.scope == scope]
        assert desk.waiting == sum(map(saturation.waits, lying))
        assert desk.late == sum(map(saturation.late, lying))


@given(days)
def test_nothing_is_ownerless(day: list[tuple[Move, int, bool]]) -> None:
    """Every open message lies on a desk, with an owner, with addressees, or with its originator."""
    state = played(day).state
    for message in state.messages.values():
        assert queues.ball(state, message)
        if message.place in ("desk", "held", "relayed"):
            assert message.scope in state.desks
        if message.place == "assigned":
            assert message.owner
        if message.place == "joined":
            assert message.joined_to in state.messages
    open_seqs = set(state.open_messages)
    shown = {one.seq for scope in state.desks for one in (*queues.desk(state, scope), *queues.followed(state, scope))}
    assert shown == open_seqs


@given(days)
def test_a_refusal_changes_no_message(day: list[tuple[Move, int, bool]]) -> None:
    play = Play()
    for (by, act, record), pause, _ in day:
        play.later(1)
        decision = decide(play.state, Command(by=by, act=act, record=record), play.now)
        before = play.state
        play.take(decision.entries)
        if not decision.entries or decision.entries[0].kind == "refusal":
            assert (play.state.messages, play.state.statuses) == (before.messages, before.statuses)
        play.later(pause)


def followed_by(entries: list[Entry], operator: str) -> State:
    """The state as a viewer builds it from what the hub sends: what they may see, and older lines once revealed."""
    hub = mine = opened(entries[0])
    by_seq = {entry.seq: entry for entry in entries}
    got: set[int] = set()
    for entry in entries[1:]:
        before, hub = hub, evolve(hub, entry)
        viewer = tokens(hub, operator)
        for entitled, seqs in reveals(before, hub, entry):
            if entitled & viewer:
                for seq in sorted(set(seqs) - got):
                    mine = evolve(mine, by_seq[seq])
                    got.add(seq)
        if audience(hub, entry) & viewer:
            mine = evolve(mine, entry)
            got.add(entry.seq)
    return mine


def seen(message: Message) -> dict[str, object]:
    """What a viewer is shown of a message."""
    return {
        "place": message.place,
        "precedence": message.precedence,
        "scope": message.scope,
        "owner": message.owner,
        "answered": message.answered,
        "marks": dict(message.marks),
        "relays": message.relays,
        "said": {said.seq for said in message.said if not said.held},
        "asked": message.asked_at,
        "held": message.held_until,
    }


@given(days, st.sampled_from(PEOPLE))
def test_whoever_may_see_a_message_knows_of_it_what_the_hub_knows(
    day: list[tuple[Move, int, bool]], operator: str
) -> None:
    play = played([(move, pause, False) for move, pause, _ in day])
    mine, allowed = followed_by(play.entries, operator), trimmed(play.state, operator)
    assert set(mine.messages) >= set(allowed.messages)
    for seq, message in allowed.messages.items():
        assert seen(mine.messages[seq]) == seen(message)
