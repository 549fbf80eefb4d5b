"""Protects: what a desk needs at hand besides its queue: resources, contacts, and papers as they are printed."""

import re

from coordinator.incident.acts import Form as Filled
from coordinator.incident.acts import Message, Order, ResourceState
from tests.tui.seat import Room


async def test_resources_say_who_has_what_and_what_became_of_requests(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee", (160, 40))
    form = Filled(name="ICS-213RR", fields={"quantity": "2", "kind": "boat"})
    await nia.session.send(Message(precedence="PRIORITY", text="Boats for the mill", form=form))
    resource = room.stage.roster.subjects.resources[0]
    order = Order(verb="ASSIGN", subject=f"resource/{resource.id}", to=("north",), object="north", request="M-1")
    await lee.session.send(order)
    await lee.press("I")
    await lee.sees(
        "1 RESOURCES", resource.id, "Assigned", "1 north O-1", "2 REQUESTS 1", "M-1", "2 boat", "O-1 in force"
    )
    other = room.stage.roster.subjects.resources[-1]
    await lee.session.send(ResourceState(resource=other.id, state="OUT"))
    await lee.sees("1 out of service")


async def test_contacts_stand_in_the_order_in_which_they_are_called(room: Room) -> None:
    lee = await room.sit("lee")
    await lee.press(".")
    await lee.sees("1 CONTACTS", "2 PEOPLE of")
    named = [line[1:].split()[0] for line in lee.lines[3:] if "phone" in line or "555" in line]
    order = room.stage.roster.contact_order
    assert [one for one in named if one in order] == [one for one in order if one in named]
    assert len(named) == len(room.stage.roster.centres)
    await lee.press("down", "enter")
    await lee.sees("CENTRE", "Voice")


async def test_papers_are_shown_as_they_are_printed(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee", (100, 40))
    form = Filled(name="METHANE", fields={"location": "The weir"})
    await nia.session.send(Message(precedence="FLASH", text="Weir breached", form=form))
    await lee.sees("Weir breached")
    await lee.press("Y")
    await lee.sees("M-1 AS ITS FORM", "METHANE report", "Exact location: The weir")
    await lee.press("escape", "c", "Y")
    await lee.sees("HANDOVER SHEET of ops", "Log up to entry", "M-1", "signed")
    assert re.search(r"code ([0-9a-f]{4}-){3}[0-9a-f]{4}", lee.text)
    await lee.press("escape", "b", "Y")
    await lee.sees("DOSSIER of")
