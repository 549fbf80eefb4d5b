"""What must hold of the core whatever is done to it, in whatever order (DESIGN 8 "the invariant", and its laws).

The commands are drawn as for the differential test, but here nothing is left out and nothing is compared: only laws are
checked, after every single step.
"""

from datetime import datetime, timedelta

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coordinator.incident.clock import TICK, next_due
from coordinator.incident.decide import decide
from coordinator.incident.entries import Accepted, Decision, Entry, Malformed, Refused
from coordinator.incident.evolve import evolve, opened
from coordinator.incident.snapshot import freeze, thaw
from coordinator.incident.state import Order, State
from coordinator.journal.lines import decode, encode
from tests.incident.drawn import STARTS, Drawn
from tests.oracle.core import Duel
from tests.oracle.moves import JUMPS, KINDS, Move, Moves
from tests.oracle.rosters import roster

OF_A_REFUSAL = frozenset(("seq", "at", "agenda"))
"""What any entry changes."""
OF_A_PROPOSAL = frozenset(("proposals", "from_refusals", "numbers", "counts"))
"""What it changes when an order without authority becomes a proposal."""


def changed(before: State, after: State) -> set[str]:
    """The names of the fields in which two states differ."""
    return {name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)}


def end_of(order: Order) -> datetime | None:
    """When its claim ends as things stand."""
    claimed = order.claim.until if order.claim is not None else None
    return min((one for one in (claimed, order.ended_at) if one is not None), default=None)


def replayed(entries: list[Entry]) -> State:
    """The state that the lines of the log give, read again from their bytes."""
    again = [decode(encode(entry)) for entry in entries]
    state = opened(again[0])
    for entry in again[1:]:
        state = evolve(state, entry)
    return state


class Laws(RuleBasedStateMachine):
    """One operation under random hands."""

    @initialize()
    def begin(self) -> None:
        self.duel = Duel(roster(), STARTS)
        self.ended = False

    @rule(data=st.data(), count=st.integers(1, 6))
    def act(self, data: st.DataObject, count: int) -> None:
        """Several hands in quick succession."""
        pick = Drawn(data)
        for _ in range(count):
            self.duel.wait(self.duel.now + timedelta(seconds=pick((0, 1, 60))))
            self.play(Moves(pick, self.duel.reading).move(self.duel.now, pick(KINDS)))

    @rule(data=st.data())
    def act_on_an_old_basis(self, data: st.DataObject) -> None:
        pick = Drawn(data)
        move = Moves(pick, self.duel.reading).move(self.duel.now)
        basis = pick(sorted(self.duel.core.last_at))
        self.play(Move(move.author, move.command, basis, (("ops", pick((1, 2, 3))), ("medical", pick((1, 2))))))

    @precondition(lambda self: not self.ended)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Rarely: little is taken afterwards."""
        if Moves(Drawn(data), self.duel.reading).chance(20):
            self.play(Move("lee", {"do": "end_operation", "reason": "Done"}))
            self.ended = True

    @rule(jump=st.sampled_from(JUMPS))
    def wait(self, jump: int) -> None:
        """Every deadline at its own instant."""
        before = self.duel.core.state
        self.duel.wait(self.duel.now + timedelta(seconds=jump))
        self.grown(before)

    @rule(jump=st.sampled_from(JUMPS))
    def wait_in_one(self, jump: int) -> None:
        """A hub that was busy or down ticks once, late: nothing is due afterwards, and a second tick does nothing."""
        core = self.duel.core
        before = core.state
        self.duel.now += timedelta(seconds=jump)
        core.apply(decide(core.state, TICK, self.duel.now))
        due = next_due(core.state)
        assert due is None or due > self.duel.now
        assert decide(core.state, TICK, self.duel.now).entries == ()
        self.grown(before)

    @rule(data=st.data(), up=st.booleans())
    def link(self, data: st.DataObject, up: bool) -> None:
        self.duel.link(data.draw(st.sampled_from(["lee", "mo", "dana", "pia"])), up=up)

    @rule()
    def restart(self) -> None:
        """From a snapshot, and from the log: the same state, and the same decisions from then on."""
        core = self.duel.core
        frozen = freeze(core.state)
        thawed = thaw(frozen)
        assert freeze(thawed) == frozen
        assert next_due(thawed) == next_due(core.state)
        again = replayed(core.entries)
        assert freeze(again) == frozen
        core.state = thawed
        core.restarted(self.duel.now, self.duel.now)

    @rule()
    def let_go(self) -> None:
        """What is settled leaves the state; nothing that holds or waits does, and what is named comes back."""
        self.duel.let_go()

    def play(self, move: Move) -> None:
        """One command, held to every law of a decision."""
        duel, core = self.duel, self.duel.core
        duel.link(move.author, up=True)
        core.tick(duel.now)
        command = core.command(move, id=f"c{len(duel.moves)}")
        if command is not None:
            core.take_up(duel.now, command.act)
        before = core.state
        _, _, decision = duel.play(move)
        assert core.decide(duel.now, command) is not None
        if command is not None:
            assert decide(before, command, duel.now) == decision, "the same input, another decision"
            assert decide(thaw(freeze(before)), command, duel.now) == decision, "a restart changes a decision"
        self.answered(before, core.state, decision, move)
        self.grown(before)

    def answered(self, before: State, after: State, decision: Decision, move: Move) -> None:
        reply = decision.reply
        if isinstance(reply, Malformed):
            assert decision.entries == ()
            assert after is before
        elif isinstance(reply, Refused):
            allowed = OF_A_REFUSAL
            if move.command["do"] == "order" and reply.code == "no-authority":
                allowed |= OF_A_PROPOSAL
            assert changed(before, after) <= allowed
            assert decision.entries[0].kind == "refusal"
            assert reply.remedies or move.author == "rev", f"a refusal without a way out: {reply}"
            assert all(0 < clash <= before.seq for clash in reply.clashes)
        else:
            assert decision.entries
            self.no_gap(before, after, reply)

    def no_gap(self, before: State, after: State, reply: Accepted) -> None:
        """What was superseded stays until its successor starts; where a successor goes first, the reply says so."""
        for seq, order in after.orders.items():
            if seq in before.orders or order.package is not None or order.given:
                continue
            for name in order.supersedes:
                old = before.orders[name]
                if old.claim is not None and old.on_record is None:
                    kept = min(one for one in (end_of(old), order.start) if one is not None)
                    assert end_of(after.orders[name]) == kept, "superseded from another time than the successor's start"
        for seq, order in before.orders.items():
            gone = after.orders[seq].ended == "rescinded" and order.ended != "rescinded"
            if gone and order.start > self.duel.now and self.waits_for(before, seq):
                assert reply.advisories, "a gap that the reply does not name"

    def waits_for(self, state: State, successor: int) -> bool:
        """Whether something in force ends only because that order is to start."""
        return any(
            seq in state.orders[successor].supersedes and order.ended_at == state.orders[successor].start
            for seq, order in state.orders.items()
        )

    def grown(self, before: State) -> None:
        """Terms, numbers and time only grow."""
        after = self.duel.core.state
        assert after.seq >= before.seq
        assert after.at >= before.at
        for scope, desk in before.desks.items():
            assert after.desks[scope].terms[: len(desk.terms)] == desk.terms
            numbers = [term.term for term in after.desks[scope].terms]
            assert numbers == sorted(set(numbers))
        for entry, following in zip(self.duel.core.entries, self.duel.core.entries[1:], strict=False):
            assert following.seq == entry.seq + 1
            assert following.at >= entry.at

    @invariant()
    def never_two_conflicting_orders_in_force(self) -> None:
        """At no instant from now on, with the claims as they stand, by a predicate that is not the core's."""
        holdings = self.duel.core.holdings()
        starts = {holding.window.start for holding in holdings if holding.window.start > self.duel.now}
        for instant in [self.duel.now, *sorted(starts)]:
            assert self.duel.reading.ground.conflicts(holdings, instant) == [], self.duel.story()

    @invariant()
    def one_holder_or_none(self) -> None:
        for desk in self.duel.core.state.desks.values():
            assert desk.holder in {"", desk.terms[-1].holder}

    def teardown(self) -> None:
        if hasattr(self, "duel"):
            note(self.duel.story())
            core = self.duel.core
            assert freeze(replayed(core.entries)) == freeze(core.state)


TestLaws = Laws.TestCase
TestLaws.settings = settings(settings.default, stateful_step_count=30)
