"""Protects: who sits at a desk is told what changes, what rings, and what stands against their words before they go."""

from datetime import timedelta

from coordinator.incident import acts, hubacts
from coordinator.session.client import Session
from coordinator.tui.interface import Interface
from tests.tui.seat import PATIENCE, Room, Seat
from tests.tui.test_work import write


async def test_the_charter_is_announced_on_joining_and_when_the_desk_changes_hands(room: Room) -> None:
    nia, lee = await room.sit("nia", (120, 30)), await room.sit("lee")
    await nia.sees("Charter (c): bring things to", "Lee Marsh")
    await lee.session.send(acts.StandDown(scope="ops", reason="end of shift"))
    await nia.sees("On duty now:", "UNHELD")


async def test_a_fact_that_fits_no_order_rings_at_the_desk(room: Room) -> None:
    lee = await room.sit("lee", (160, 40))
    await lee.session.send(acts.Order(verb="OPEN", subject="route/route-9", to=("north",)))
    await lee.session.send(acts.Declare(subject="route/route-9", state="down"))
    await lee.sees("route/route-9 is down, but O-1 OPEN route/route-9 is in force")


async def test_what_stands_against_an_answer_is_shown_first_and_it_goes_at_the_second_sending(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee", (120, 30))
    await lee.session.send(acts.Declare(subject="route/route-9", state="under water"))
    await write(nia, "Which way out?")
    await lee.sees("M-1 Which way out?")
    await lee.press("w")
    await lee.sees("ANSWER to the originator")
    await lee.type("Take route 9")
    await lee.send()
    await lee.sees("STANDS AGAINST IT", "route/route-9 was declared under water")
    assert "answer" not in room.stage.kinds()
    await lee.press("enter", "enter")
    await lee.sees("answer accepted")


async def test_a_form_is_written_field_by_field(room: Room) -> None:
    nia, lee = await room.sit("nia", (80, 40)), await room.sit("lee", (160, 40))
    await nia.press("M")
    await nia.sees("WHICH FORM?", "METHANE report")
    await nia.press("m")
    await nia.sees("METHANE report", "Casualties")
    await nia.type("yes")
    await nia.press("enter")
    await nia.type("The weir")
    await nia.send()
    await nia.sees("message accepted: M-1")
    message = next(iter(room.stage.hub.state.messages.values()))
    assert message.form is not None
    assert dict(message.form.fields) == {"major": "yes", "location": "The weir"}
    assert message.precedence == "IMMEDIATE"
    await lee.sees("METHANE: The weir")


async def test_a_brief_begins_with_the_situation(room: Room) -> None:
    lee = await room.sit("lee", (100, 40))
    await lee.session.send(acts.Declare(subject="route/route-9", state="down"))
    await lee.sees("down")
    await lee.press("G")
    await lee.sees("Situation report B-1", "route/route-9 down")


async def test_a_message_is_opened_beside_what_may_be_the_same(room: Room) -> None:
    lee = await room.sit("lee", (160, 40))
    for text in ("Cars still use the quay road", "Cars use the quay road still"):
        await lee.session.send(acts.Note(text=text))
    nia = await room.sit("nia")
    await write(nia, "Cars still use the quay road")
    await write(nia, "Cars use the quay road still")
    await lee.sees("M-2")
    await lee.press("enter")
    await lee.sees("The same?", "Ball")


async def test_the_charter_is_shown_once_and_every_key_goes_on(room: Room) -> None:
    """A key that means something does it; who has seen a charter is not shown it again."""
    session = Session(room.stage.address, operator="nia", folder=room.stage.folder / "nia", clock=room.stage.clock)
    await session.__aenter__()
    await session.ready(PATIENCE)
    nia = Seat(Interface(session, driver_class=None, every=0.02), session)
    await nia.begin((80, 24))
    await nia.sees("WHOM TO BRING THINGS TO", "Lee Marsh", "any key goes on")
    await nia.press("n", "w", "o", "r", "d")
    await nia.sees("NOTE for the log", "word")
    await nia.press("escape")
    await nia.end()
    again = await room.sit("nia")
    await again.sees("FOR YOU")
    assert "any key goes on" not in again.text


async def test_what_stands_against_a_line_of_the_command_bar_is_shown_before_it_goes(room: Room) -> None:
    lee = await room.sit("lee", (120, 30))
    await lee.session.send(acts.Declare(subject="route/route-9", state="down"))
    await lee.press("/")
    await lee.type("order OPEN route/route-9 --to north")
    await lee.press("enter")
    await lee.sees("STANDS AGAINST IT", "route/route-9 was declared down", "send it all the same")
    assert "order" not in room.stage.kinds()
    await lee.press("space")
    await lee.gone("STANDS AGAINST IT")
    await lee.press("enter")
    await lee.sees("STANDS AGAINST IT")
    await lee.press("enter")
    await lee.sees("order accepted: O-1")


async def test_a_proposal_that_a_fact_stands_against_is_issued_by_the_same_key_again(room: Room) -> None:
    ike, lee = await room.sit("ike"), await room.sit("lee")
    await ike.session.send(acts.Propose(verb="OPEN", subject="route/route-9", to=("north",)))
    await lee.session.send(acts.Declare(subject="route/route-9", state="down"))
    await lee.sees("P-1")
    await lee.press("i")
    await lee.sees("STANDS AGAINST IT", "route/route-9 was declared down", "i issue all the same")
    await lee.press("escape")
    await lee.gone("STANDS AGAINST IT")
    assert "issue" not in room.stage.kinds()
    await lee.press("i", "i")
    await lee.sees("issue accepted: O-1")


def faster(minutes: int) -> acts.RosterSteps:
    times: dict[str, acts.Json] = {"FLASH": f"{minutes}m", "IMMEDIATE": "30m", "PRIORITY": "2h", "ROUTINE": "8h"}
    return acts.RosterSteps(steps=({"set": "respond_within", "id": "ops", "value": times},), reason="more boats")


async def test_a_charter_that_changes_is_shown_again_with_what_changed_but_to_nobody_who_writes(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee", (120, 30))
    await nia.press("n")
    await nia.type("water at the")
    await lee.session.send(faster(3))
    await lee.sees("THE CHARTER HAS CHANGED", "respond within FLASH 5m -> FLASH 3m", "any key goes on")
    await lee.press("b")
    await lee.sees("1 BOARD")
    await nia.type(" mill")
    await nia.sees("NOTE for the log", "water at the mill")
    await nia.press("escape")
    await nia.sees("THE CHARTER HAS CHANGED", "-> FLASH 3m")
    await nia.press("escape")
    await nia.gone("THE CHARTER HAS CHANGED")
    await lee.session.send(faster(4))
    await nia.sees("respond within FLASH 3m -> FLASH 4m")


async def test_who_was_away_when_a_charter_changed_is_shown_it_on_joining(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee")
    await nia.end()
    room.forget(nia)
    await lee.session.send(faster(3))
    session = Session(room.stage.address, operator="nia", folder=room.stage.folder / "nia", clock=room.stage.clock)
    await session.__aenter__()
    await session.ready(PATIENCE)
    again = Seat(Interface(session, driver_class=None, every=0.02), session)
    await again.begin((80, 24))
    await again.sees("WHOM TO BRING THINGS TO", "FLASH in 3m")
    await again.end()


async def test_a_charter_stands_once_on_a_large_screen(room: Room) -> None:
    lee = await room.sit("lee", (160, 48))
    await lee.press("c")
    await lee.sees("1 DESKS", "2 CHARTER of ops", "Noticed in")
    assert lee.text.count("Noticed in") == 1
    assert next(line for line in lee.lines if "1 DESKS" in line).count("2 CHARTER of ops") == 1, "side by side"


async def test_two_of_one_centre_see_each_other_at_a_message(room: Room) -> None:
    """The POC and a deputy sit side by side: who opens what the other has open, or writes about, sees it."""
    nia, lee, dana = await room.sit("nia"), await room.sit("lee"), await room.sit("dana")
    await write(nia, "Which way out?")
    await lee.sees("M-1")
    await lee.press("enter")
    await lee.sees("MESSAGE", "Which way out?")
    assert "Also at it" not in lee.text
    await dana.press("w")
    await dana.sees("ANSWER to the originator", "Also at it  Lee Marsh")
    await lee.sees("Also at it  Dana Ortiz")
    await nia.press("2", "enter")
    await nia.sees("MESSAGE", "Which way out?")
    assert "Also at it" not in nia.text, "who of the desk has opened it is the desk's"


async def test_when_a_holder_last_pressed_a_key_stands_beside_their_name(room: Room) -> None:
    nia, lee = await room.sit("nia", (120, 30)), await room.sit("lee", (120, 30))
    since = lee.session.now() - timedelta(minutes=12)
    room.stage.hub.do(hubacts.Presence(operator="lee", idle_since=since))
    await nia.sees("POC ops: Lee Marsh", "(last key 12m ago)")
    await nia.press("c")
    await nia.sees("1 DESKS")
    assert nia.text.count("(last key 12m ago)") == 2, "in the line at the top, and beside the desk"
    assert "last key" not in lee.text, "lee knows"
    room.stage.hub.do(hubacts.Presence(operator="lee"))
    await nia.gone("last key")
