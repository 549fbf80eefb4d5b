"""Protects: several orders written one by one go as one step; a refusal names the one that fails; nothing is lost."""

from tests.tui.seat import Room, Seat


async def part(seat: Seat, verb: str, subject: str, to: str, place: int) -> None:
    await seat.press("a")
    await seat.sees("PUT IT INTO THE PACKAGE")
    for text in (verb, subject, to):
        await seat.type(text)
        await seat.press("enter")
    await seat.send()
    await seat.sees(f"ORDERS {place}")


async def test_a_package_is_composed_and_sent_as_one(room: Room) -> None:
    lee = await room.sit("lee")
    await lee.press("O")
    await lee.sees("PACKAGE of orders", "none yet: a adds one")
    await part(lee, "evacuate", "area/north/zone-4", "north", 1)
    await part(lee, "shelter", "area/south", "south", 2)
    await part(lee, "hold", "area/south", "south", 3)
    await lee.press("down", "down", "x")
    await lee.sees("ORDERS 2")
    await lee.press("escape")
    await lee.sees("kept as a draft")
    await lee.press("O")
    await lee.sees("your draft is back", "1  EVACUATE area/north/zone-4", "2  SHELTER area/south")
    await lee.send()
    await lee.sees("package accepted")
    assert room.stage.kinds() == ["package", "order", "order"]
    assert [order.verb for order in room.stage.hub.state.orders.values()] == ["EVACUATE", "SHELTER"]


async def test_a_refused_package_names_the_order_that_fails_and_comes_back(room: Room) -> None:
    lee = await room.sit("lee", (120, 30))
    await lee.press("O")
    await lee.sees("PACKAGE of orders")
    await part(lee, "evacuate", "area/north/zone-4", "north", 1)
    await part(lee, "shelter", "area/north/zone-4", "north", 2)
    await lee.send()
    await lee.sees("NOT SENT: CONTRADICTION", "order 2 of 2, SHELTER area/north/zone-4")
    assert not room.stage.hub.state.orders
    await lee.press("e")
    await lee.sees("PACKAGE of orders", "ORDERS 2")
    await lee.press("down", "enter")
    await lee.sees("PUT IT INTO THE PACKAGE", "SHELTER")
    await lee.press("escape", "x")
    await lee.sees("ORDERS 1")
    await lee.send()
    await lee.sees("package accepted")
