"""The core against the second reading: the same random commands to both, and they agree in every word.

What the author is told (outcome, code, exact clashes) and what everybody then sees (orders in force, reserved,
unconfirmed and on record, quantities, proposals, holders, terms) is compared after each command. Commands on which
two careful readers might differ are left out; `READINGS` names the rest.
"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.incident.drawn import STARTS, Drawn
from tests.oracle.core import Duel
from tests.oracle.moves import JUMPS, Moves
from tests.oracle.rosters import roster

STEPS = 25


@given(st.data())
def test_the_core_and_the_reading_agree(data: st.DataObject) -> None:
    duel = Duel(roster(), STARTS)
    pick = Drawn(data)
    moves = Moves(pick, duel.reading)
    for _ in range(STEPS):
        duel.wait(duel.now + timedelta(seconds=pick(JUMPS)))
        if moves.chance(12):
            duel.link(pick(moves.people), up=False)
        if moves.chance(12):
            duel.let_go()
        move = moves.move(duel.now)
        duel.link(move.author, up=True)
        if duel.reading.trial(duel.now, move.author, move.command, move.basis, dict(move.terms)).doubt:
            continue
        verdict, answer, _ = duel.play(move)
        moves.remember()
        difference = duel.disagreement(verdict, answer)
        assert not difference, f"{difference}\n{duel.story()}"
