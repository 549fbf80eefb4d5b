"""Protects: the whole work of an operation can be done by keyboard, from the first message to the handover."""

import asyncio
from datetime import timedelta

from coordinator.incident.acts import Act, Note, Offer, Order, Relay
from coordinator.session.client import Session
from coordinator.tui.quiz import quiz
from server.continuing import continue_from
from tests.session.stage import until
from tests.tui.seat import Room, Seat


async def write(seat: Seat, text: str, *then: str) -> None:
    await seat.press("m")
    await seat.sees("MESSAGE to the Point of Contact")
    await seat.type(text)
    await seat.press("enter", *then)
    await seat.send()
    await seat.gone("MESSAGE to the Point of Contact")


async def order(seat: Seat, verb: str, subject: str, to: str) -> None:
    await seat.press("o")
    await seat.sees("Rationale")
    await seat.type(verb)
    await seat.press("enter")
    await seat.type(subject)
    await seat.press("enter")
    await seat.type(to)
    await seat.send()


async def read_back(seat: Seat, number: str, *, rightly: bool = True) -> None:
    await seat.press("k")
    await seat.sees(f"READ BACK {number}")
    assert seat.interface.view is not None
    view = seat.interface.view
    asked = next(one for one in view.state.orders.values() if one.number == number)
    question = quiz(asked, view.centre, view.ground, cancelled=False)
    right = question.options.index(question.truth) + 1
    await seat.press(str(right if rightly else right % len(question.options) + 1), "enter")


async def test_a_message_goes_through_the_desk_and_is_acknowledged(room: Room) -> None:
    nia, lee, sol = await room.sit("nia"), await room.sit("lee"), await room.sit("sol")
    await nia.press("m")
    await nia.sees("MESSAGE to the Point of Contact")
    await nia.type("!Two people on the roof")
    await nia.sees("[1 FLASH]")
    await nia.press("enter", "enter")
    await nia.type("so")
    await nia.press("tab")
    await nia.sees("south")
    await nia.send()
    await nia.sees("message accepted: M-1", "with ops desk")
    await lee.sees("!!! FLASH", "M-1 Two people on the roof", "!!! 1 FLASH")
    await lee.press("r")
    await lee.sees("RELAY about M-1", "south")
    await lee.send()
    await lee.sees("relay accepted")
    await sol.sees("NEW: acknowledge", "M-1")
    await sol.press("a")
    await sol.sees("acknowledge accepted", "acknowledged")
    assert room.stage.kinds() == ["message", "relay", "acknowledge"]


async def test_a_clash_is_refused_with_its_reason_and_the_remedy_goes_through(room: Room) -> None:
    lee, nia = await room.sit("lee"), await room.sit("nia")
    await order(lee, "EVACUATE", "area/north/zone-4", "north")
    await lee.sees("order accepted: O-1")
    await order(lee, "SHELTER", "area/north", "north")
    await lee.sees(
        "NOT SENT: CONTRADICTION", "O-1 EVACUATE area/north/zone-4", "Lee Marsh (term 1), to north", "1 supersede O-1"
    )
    await lee.press("enter")
    await lee.sees("choose a way by its digit first")
    await lee.press("1", "enter")
    await lee.sees("order accepted: O-2")
    await nia.sees("O-2 READ BACK")
    assert room.stage.kinds() == ["order", "refusal", "order"]


async def test_a_tension_asks_for_the_reason_why_both_stand(room: Room) -> None:
    lee = await room.sit("lee")
    await order(lee, "EVACUATE", "area/north/zone-4", "north")
    await lee.sees("order accepted: O-1")
    await order(lee, "CLOSE", "route/route-9", "icp")
    await lee.sees("NOT SENT: TENSION", "both stand, because")
    await lee.press("1", "enter")
    await lee.sees("because: write the reason")
    await lee.type("deck is cracked")
    await lee.press("enter")
    await lee.sees("order accepted: O-2")
    last = room.stage.hub.state.orders[max(room.stage.hub.state.orders)]
    assert (last.rationale, len(last.despite)) == ("deck is cracked", 1)


async def test_a_read_back_can_fail_and_the_desk_hears_of_it(room: Room) -> None:
    lee, nia = await room.sit("lee"), await room.sit("nia")
    await order(lee, "EVACUATE", "area/north/zone-4", "north")
    await nia.sees("O-1 READ BACK")
    await nia.press("k", "enter")
    await nia.sees("choose by its digit first")
    await nia.press("escape")
    await read_back(nia, "O-1", rightly=False)
    await lee.sees("1 MISMATCH")
    await nia.sees("READ BACK AGAIN")
    await read_back(nia, "O-1")
    await lee.sees("read back 1/1")
    await nia.press("C")
    await nia.sees("complete accepted")


async def test_a_desk_is_handed_over_with_a_briefing(room: Room) -> None:
    lee, dana = await room.sit("lee"), await room.sit("dana")
    await order(lee, "EVACUATE", "area/north/zone-4", "north")
    await lee.sees("order accepted")
    await lee.press("H")
    await lee.sees("HAND OVER", "Handover of the ops desk", "dana")
    await lee.send()
    await dana.sees("HANDOVER OFFERED")
    await dana.press("T")
    await dana.sees("TAKE THE ops DESK from Lee Marsh", "O-1 EVACUATE")
    await dana.press("y")
    await dana.sees("POC ops: Dana Ortiz (you)")
    await lee.sees("POC ops: Dana Ortiz since")
    await lee.press("o")
    await lee.sees("order: only who holds a desk can")


async def test_clashing_proposals_are_resolved_in_under_fifteen_keys(room: Room) -> None:
    ike, sol, lee = await room.sit("ike"), await room.sit("sol"), await room.sit("lee")
    for seat, verb in ((ike, "EVACUATE"), (sol, "SHELTER")):
        await seat.press("P")
        await seat.sees("PROPOSE")
        await seat.type(verb)
        await seat.press("enter")
        await seat.type("area/north")
        await seat.press("enter")
        await seat.type("north")
        await seat.send()
        await seat.sees("propose accepted")
    await lee.sees("PROPOSAL", "CLASHES P-1")
    pressed = ["enter", "i"]
    await lee.press("enter")
    await lee.sees("1 P-", "2 P-", "i issues")
    await lee.press("i")
    await lee.sees("issue accepted: O-1")
    issued = next(one for one in room.stage.hub.state.proposals.values() if one.end == "issued")
    await lee.sees("ISSUED")
    await lee.press("right", "D")
    await lee.sees("DECLINE")
    declined = next(line for line in lee.lines if "Which" in line)
    assert issued.number not in declined
    await lee.type("no")
    await lee.send()
    await lee.sees("decline accepted")
    pressed += ["right", "D", "n", "o", "pagedown", "enter", "enter"]
    assert len(pressed) < 15
    assert {one.end for one in room.stage.hub.state.proposals.values()} == {"issued", "declined"}


async def test_what_is_said_without_a_link_is_held_and_the_screen_says_so(room: Room) -> None:
    nia = await room.sit("nia")
    nia.session.cut()
    await nia.sees("LINK DOWN")
    await write(nia, "Bridge deck cracked")
    await nia.sees("HELD (sends when the link returns)", "1 held safely", "QUEUE 1")
    nia.session.restore()
    await nia.sees("LINK ok", "QUEUE 0", "M-1")
    assert room.stage.kinds() == ["message"]


async def test_an_order_that_waited_is_asked_about_first(room: Room) -> None:
    lee = await room.sit("lee")
    lee.session.cut()
    await order(lee, "EVACUATE", "area/south", "south")
    await lee.sees("HELD safely here")
    room.stage.clock.ahead += timedelta(seconds=125)
    lee.session.restore()
    await lee.sees("still wanted?")
    await lee.press("p", "2")
    await lee.sees("STILL WANTED? Enter")
    await lee.press("enter")
    await lee.sees("It waited more than two minutes")
    await lee.press("1")
    await lee.sees("QUEUE 0")
    await asyncio.sleep(0)
    assert room.stage.kinds()[-1] in ("order", "refusal")


async def left_behind(room: Room, act: Act) -> None:
    """Lee wrote this for a hub that then ended for good."""
    stage = room.stage
    async with Session(stage.address, operator="lee", folder=stage.folder / "lee", clock=stage.clock) as lee:
        await lee.ready(6)
        lee.cut()
        lee.queue(act)
    stage.hub.kill()


async def test_an_order_for_the_former_log_asks_at_joining(room: Room) -> None:
    await left_behind(room, Order(verb="EVACUATE", subject="area/south", to=("south",)))
    former, room.stage.journal = room.stage.journal, room.stage.folder / "continued.journal"
    continue_from(former, room.stage.journal)
    await room.stage.start()
    lee = await room.sit("lee")
    await lee.sees("1 orders waited: still wanted? (p)")
    await lee.press("p", "2", "enter")
    await lee.sees("It was written for the log that this one continues")
    await lee.press("1")
    await lee.sees("QUEUE 0")
    assert room.stage.kinds()[-1] == "order"


async def test_what_waits_for_another_log_is_told_at_joining_and_goes_to_this_one_only_if_wanted(room: Room) -> None:
    await left_behind(room, Note(text="for the first exercise"))
    room.stage.journal = room.stage.folder / "second.journal"
    await room.stage.start()
    lee = await room.sit("lee")
    await lee.sees("the log at this address is another one", "1 for another log: p 2")
    await lee.press("p", "2")
    await lee.sees("FOR ANOTHER LOG: Enter", "for the first exercise", "QUEUE 0")
    assert room.stage.kinds() == []
    await lee.press("enter")
    await lee.sees("It was written for another log than the one that is here now")
    await lee.press("1")
    await lee.gone("FOR ANOTHER LOG")
    await until(lambda: room.stage.kinds() == ["note"])


async def test_status_answers_a_roll_call(room: Room) -> None:
    lee, nia = await room.sit("lee"), await room.sit("nia")
    await lee.press("R")
    await lee.sees("ROLL CALL")
    await lee.send()
    await lee.sees("rollcall accepted: C-1")
    await nia.sees("ROLL CALL", "confirm your status")
    await nia.press("s")
    await nia.sees("STATUS of my centre")
    await nia.press("2")
    await nia.type("14")
    await nia.send()
    await nia.sees("status accepted")
    await lee.press("b")
    await lee.sees("DEGRADED", "14 people", "outstanding icp, south")


async def test_a_long_cut_says_that_the_desk_is_not_certain(room: Room) -> None:
    """Cut off for longer than a deputy waits: somebody else may hold the desk by now, and the screen says so."""
    lee = await room.sit("lee")
    lee.session.cut()
    await lee.sees("LINK DOWN")
    assert "DESK NOT CERTAIN" not in lee.text
    room.stage.clock.ahead += timedelta(minutes=3)
    await lee.sees("LINK DOWN 3m", "DESK NOT CERTAIN")
    lee.session.restore()
    await lee.sees("LINK ok")
    await lee.gone("DESK NOT CERTAIN")


async def test_a_name_that_is_not_on_the_roster_is_no_dead_end(room: Room) -> None:
    nia = await room.sit("nia")
    await nia.press("m")
    await nia.sees("MESSAGE to the Point of Contact")
    await nia.type("Pump 3 failed")
    await nia.press("enter", "enter")
    await nia.type("nowhere")
    await nia.send()
    await nia.sees("NOT SENT: PRECONDITION", "1 let the POC decide")
    await nia.press("1", "enter")
    await nia.sees("message accepted: M-1")
    assert room.stage.kinds() == ["refusal", "message"]


async def test_a_question_goes_back_and_forth_until_the_answer(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee")
    await write(nia, "Where do we evacuate to?", "3")
    await lee.sees("M-1 Where do we evacuate to?")
    await lee.press("f")
    await lee.sees("ASK BACK")
    await lee.type("How many are you?")
    await lee.send()
    await nia.sees("ASKED BACK: you")
    await nia.press("2", "y")
    await nia.sees("REPLY")
    await nia.type("Fourteen")
    await nia.send()
    await nia.sees("reply accepted")
    await lee.press("w")
    await lee.sees("ANSWER")
    await lee.type("To the school")
    await lee.send()
    await nia.sees("ANSWERED")
    await nia.press("enter")
    await nia.sees("How many are you?", "Fourteen", "To the school")


async def test_what_changed_meanwhile_is_shown_and_one_key_sends_it_again(room: Room) -> None:
    """An order on an old picture: its author sees what is new, and a single digit sends it on the new basis."""
    lee, dana = await room.sit("lee"), await room.sit("dana")
    await lee.session.send(Order(verb="EVACUATE", subject="area/north/zone-4", to=("north",)))
    await lee.session.send(Offer(scope="ops", to="dana"))
    await dana.sees("HANDOVER OFFERED")
    await dana.press("T", "y")
    await dana.sees("POC ops: Dana Ortiz (you)")
    new = Order(verb="SHELTER", subject="area/north/zone-4", to=("north",), supersedes=("O-1",))
    await dana.run(lambda: dana.interface.sending.say(new, basis=1))
    await dana.sees("NOT SENT: STALE-BASIS", "O-1 EVACUATE", "(at once)")
    await dana.press("1")
    await dana.sees("order accepted: O-2")


async def test_what_a_form_begins_with_is_no_draft(room: Room) -> None:
    """A briefing is drafted anew each time; only what somebody wrote comes back."""
    lee = await room.sit("lee")
    await lee.press("H")
    await lee.sees("HAND OVER", "Proposals: none")
    await lee.press("escape", "p")
    await lee.sees("3 DRAFTS 0")


async def test_what_was_done_without_a_link_stands_beside_what_it_was_done_to(room: Room) -> None:
    """Nobody does it a second time because the screen looks as if nothing was done."""
    nia, lee, sol = await room.sit("nia"), await room.sit("lee"), await room.sit("sol")
    await write(nia, "!Two on the roof")
    await lee.session.send(Relay(ref="M-1", to=("south",)))
    await write(nia, "Which way out?")
    await sol.sees("NEW: acknowledge")
    await lee.sees("M-2 Which way out?")
    for seat in (lee, sol):
        seat.session.cut()
        await seat.sees("LINK DOWN")
    await sol.press("a")
    await sol.sees("HELD: acknowledge")
    await lee.press("w")
    await lee.type("Over the hill")
    await lee.send()
    await lee.sees("M-2 [answer HELD] Which way out?")
    for seat in (lee, sol):
        seat.session.restore()
    await sol.sees("acknowledged")
    await lee.sees("nothing waits on your desk")


async def test_a_form_that_was_emptied_again_is_no_draft(room: Room) -> None:
    """Esc never discards; whoever wants nothing kept takes the words out again."""
    nia = await room.sit("nia")
    await nia.press("m", "x", "y", "escape")
    await nia.sees("3 DRAFTS 1", "xy")
    await nia.press("m")
    await nia.sees("your draft is back")
    await nia.press("backspace", "backspace", "escape")
    await nia.sees("3 DRAFTS 0")
