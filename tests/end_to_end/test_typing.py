"""Protects: no letter is lost or taken for another key, however slow the hub is and however fast the keys come."""

import signal

from tests.end_to_end.running import HubProcess
from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_interface import Join, hub, join, order

__all__ = ["hub", "join"]


def note(terminal: Terminal, text: str) -> None:
    terminal.press("n", *text)
    terminal.send()


def test_what_is_typed_while_a_slow_hub_decides_is_written(hub: HubProcess, join: Join) -> None:
    """The next form opens over the one that waits, and both go."""
    nia = join("nia")
    hub.send(signal.SIGSTOP)
    note(nia, "first boat is away")
    nia.sees("sending ...")
    note(nia, "second boat is away")
    nia.press("n", *"third bo")
    nia.sees("third bo")
    hub.send(signal.SIGCONT)
    nia.sees("note accepted", "third bo")
    nia.press("at", "pagedown", "enter", "enter", "l")
    nia.sees("first boat is away", "second boat is away", "third boat")


def contradicting(hub: HubProcess, join: Join) -> Terminal:
    """Lee, whose second order contradicts the first, while the hub is stopped."""
    lee = join("lee")
    order(lee, "EVACUATE", "area/north/zone-4", "north")
    lee.sees("order accepted: O-1")
    hub.send(signal.SIGSTOP)
    order(lee, "SHELTER", "area/north", "north")
    lee.sees("sending ...")
    return lee


def test_a_refusal_takes_no_key_from_who_writes_something_else(hub: HubProcess, join: Join) -> None:
    """It is said in one line and listed on Post; both texts are kept, though both are orders."""
    lee = contradicting(hub, join)
    lee.press("o")
    lee.sees("Rationale", "ORDER")
    lee.press("HOLD", "enter")
    hub.send(signal.SIGCONT)
    lee.sees("REFUSED (Post lists it): contradiction", "Rationale", "HOLD")
    lee.press("area/south")
    lee.sees("area/south")
    lee.press("escape", "p")
    lee.sees("REFUSED contradiction", "3 DRAFTS 2", "SHELTER", "HOLD area/south")
    lee.press("2", "enter")
    lee.sees("NOT SENT: CONTRADICTION", "1 supersede O-1")
    lee.press("1", "enter")
    lee.sees("order accepted: O-2", "3 DRAFTS 1", "HOLD area/south")


def test_a_refusal_that_is_waited_for_is_shown_at_once(hub: HubProcess, join: Join) -> None:
    lee = contradicting(hub, join)
    hub.send(signal.SIGCONT)
    lee.sees("NOT SENT: CONTRADICTION")


def test_what_is_changed_in_a_form_that_is_under_way_stays_open(hub: HubProcess, join: Join) -> None:
    nia = join("nia")
    hub.send(signal.SIGSTOP)
    note(nia, "water is at the door")
    nia.press("up", *" and rising")
    nia.sees("water is at the door and rising")
    nia.press("up", "down", "up")
    hub.send(signal.SIGCONT)
    nia.sees("note accepted", "water is at the door and rising")
    nia.send()
    nia.gone("NOTE for the log")
    nia.press("l")
    nia.sees("NOTE       water is at the door and rising")


def test_escape_in_one_burst_with_the_next_key_is_not_lost(join: Join) -> None:
    nia = join("nia")
    for burst, seen in (("\x1b/", "COMMAND Tab completes"), ("\x1bb", "1 BOARD"), ("\x1bnx", "NOTE for the log")):
        nia.press("n")
        nia.sees("NOTE for the log")
        nia.press(burst)
        nia.sees(seen)
        nia.press("escape")
        nia.gone("NOTE for the log")
    nia.press("p", "n", "\x1b2")
    nia.gone("NOTE for the log")
    nia.press("n", "\x1b\x0c")
    nia.gone("NOTE for the log")
    nia.press("\x1b[5;9X", "\x1b[?1;2c")
    nia.quiet()
    nia.sees("1 FOR YOU")


def test_words_for_a_form_that_did_not_open_are_no_acts_and_are_kept(join: Join) -> None:
    """The desk has passed on meanwhile: an order's letters accept, complete and acknowledge nothing."""
    lee, nia = join("lee"), join("nia")
    order(lee, "EVACUATE", "area/north/zone-4", "north")
    nia.sees("O-1 READ BACK")
    nia.press("oCLOSE\troute\rACA")
    nia.sees("order: only who holds a desk can; kept as a draft", "3 DRAFTS 1", "CLOSE route ACA")
    nia.press("u")
    nia.sees("UNABLE to carry it out")
    nia.press("escape", "l")
    nia.sees("O-1 EVACUATE")
    assert "ACCEPT" not in nia.text
    assert "COMPLETE" not in nia.text
