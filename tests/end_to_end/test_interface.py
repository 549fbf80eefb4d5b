"""Protects: the interface in real terminals at a real hub, by keyboard alone; and what each thing costs in bytes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.running import HubProcess
from tests.end_to_end.terminal import Terminal

Join = Callable[..., Terminal]
STRANGER = "nobody"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    made = HubProcess(tmp_path)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def join(hub: HubProcess, tmp_path: Path) -> Iterator[Join]:
    terminals: list[Terminal] = []

    def made(operator: str, **options: object) -> Terminal:
        terminal = Terminal(hub.address, operator, tmp_path / operator, **options)  # type: ignore[arg-type]  # as given
        terminals.append(terminal)
        if operator != STRANGER:
            terminal.joined()
        return terminal

    yield made
    for terminal in terminals:
        terminal.close()


def order(lee: Terminal, verb: str, subject: str, to: str) -> None:
    lee.press("o")
    lee.sees("Rationale")
    lee.press(verb, "enter", subject, "enter", to)
    lee.send()


def test_from_join_to_handover(join: Join) -> None:
    """Three terminals, one of them large: message, relay, acknowledge, order, refusal, remedy, read-back, handover."""
    nia, lee, dana = join("nia"), join("lee"), join("dana", columns=160, lines=48)
    nia.sees("1 FOR YOU 0", "KEYLESS", "EXERCISE")
    lee.sees("1 INBOUND 0", "POC ops: Lee Marsh (you)")
    dana.sees("DETAIL")
    nia.press("m")
    nia.sees("MESSAGE to the Point of Contact")
    nia.press("!Two on the roof", "enter")
    nia.send()
    nia.sees("message accepted: M-1")
    lee.sees("!!! FLASH", "Two on the roof")
    lee.press("r")
    lee.sees("RELAY about M-1")
    lee.press("north,eoc")
    lee.send()
    lee.sees("relay accepted")
    nia.sees("NEW: acknowledge")
    nia.press("a")
    nia.sees("acknowledge accepted")
    order(lee, "EVACUATE", "area/north/zone-4", "north")
    lee.sees("order accepted: O-1")
    order(lee, "SHELTER", "area/north", "north")
    lee.sees("NOT SENT: CONTRADICTION", "1 supersede O-1")
    lee.press("1", "enter")
    lee.sees("order accepted: O-2")
    nia.sees("O-2 READ BACK")
    nia.press("k")
    nia.sees("READ BACK O-2", "digit chooses")
    right = "area/north" if "WHAT WAS SUBJECT" in nia.text else "SHELTER"
    chosen = next(line for line in nia.text.splitlines() if line[3:].rstrip() == right and line[1:2].isdigit())
    nia.press(chosen[1], "enter")
    lee.sees("read back 1/1")
    lee.press("H")
    lee.sees("HAND OVER", "Handover of the ops desk")
    lee.send()
    dana.sees("HANDOVER OFFERED")
    dana.press("T")
    dana.sees("TAKE THE ops DESK")
    dana.press("y")
    for terminal in (nia, lee, dana):
        terminal.sees("POC ops: Dana Ortiz")
    nia.press("q")
    assert nia.process.wait(10) == 0


def test_what_it_costs(join: Join) -> None:
    """The budgets of a slow line at 80x24: first paint, keystroke, a new row, another screen, and doing nothing."""
    nia, lee = join("nia"), join("lee")
    lee.sees("1 INBOUND 0")
    nia.sees("1 FOR YOU")
    lee.quiet(1.5)
    assert lee.bytes < 5_000
    nia.press("m")
    nia.sees("MESSAGE")
    nia.quiet()
    before = nia.bytes
    nia.press("a", "b", "c", "d", "e")
    nia.quiet()
    assert (nia.bytes - before) / 5 < 100
    nia.press("tab")
    nia.quiet()
    before = lee.bytes
    nia.send()
    nia.sees("message accepted")
    lee.sees("M-1 abcde")
    lee.quiet(1.0)
    assert lee.bytes - before < 900, "a row in the queue and one in the log"
    for key in "pvbldc":
        lee.press(key)
        assert lee.quiet() < 5_000, key
    before, began = lee.bytes, time.monotonic()
    time.sleep(3)
    assert (lee.bytes - before) / (time.monotonic() - began) < 10


def test_large_first_paint_and_another_size(join: Join) -> None:
    dana = join("dana", columns=160, lines=48)
    dana.sees("1 INBOUND", "DETAIL")
    dana.quiet(1.0)
    assert dana.bytes < 8_000
    dana.resize(80, 24)
    dana.quiet()
    dana.sees("1 INBOUND", "4 LOG", "? help")
    assert "DETAIL" not in dana.text
    before, sent = dana.text, dana.bytes
    dana.press("ctrl+l")
    dana.quiet()
    assert dana.bytes - sent > 500, "everything is sent anew"
    assert dana.text.splitlines()[1:] == before.splitlines()[1:]


def test_a_hang_up_loses_at_most_a_second_of_typing(join: Join) -> None:
    nia = join("nia")
    nia.sees("1 FOR YOU")
    nia.press("n")
    nia.sees("NOTE for the log")
    nia.press("Sandbags at the mill gate")
    time.sleep(1.0)
    nia.hang_up()
    again = join("nia")
    again.sees("Sandbags at the mill gate")


def test_a_stalled_terminal_keeps_its_link(join: Join) -> None:
    """The loop goes on: heartbeats do, and when the terminal wakes it shows what is, not what was."""
    nia, lee = join("nia"), join("lee")
    lee.sees("1 INBOUND 0")
    nia.sees("1 FOR YOU")
    lee.stall()
    for text in ("one", "two", "three"):
        nia.press("n")
        nia.sees("NOTE for the log")
        nia.press(text)
        nia.send()
        nia.sees("2 SENT")
    time.sleep(1)
    nia.press("b")
    nia.sees("eoc", "link up")
    lee.wake()
    lee.sees("NOTE       three")


def test_a_killed_hub_is_said_and_survived(hub: HubProcess, join: Join) -> None:
    nia = join("nia")
    nia.sees("LINK ok")
    hub.kill()
    nia.sees("LINK DOWN")
    nia.press("n")
    nia.sees("NOTE for the log")
    nia.press("written in the dark")
    nia.send()
    nia.sees("1 held safely", "QUEUE 1")
    hub.start()
    nia.sees("LINK ok", "QUEUE 0")


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_plain_terminals_get_plain_bytes(join: Join, environment: dict[str, str]) -> None:
    nia = join("nia", environment=environment)
    nia.sees("1 FOR YOU", "EXERCISE")
    nia.press("m")
    nia.sees("MESSAGE to the Point of Contact", "[4 ROUTINE]")
    if "LC_ALL" in environment or "TERM" in environment:
        assert bytes(nia.raw).isascii()
    if "LC_ALL" not in environment:
        assert b"[31" not in nia.raw
        assert b";31" not in nia.raw
        assert b"38;" not in nia.raw


def test_a_stranger_is_told_and_leaves_the_terminal_as_it_was(join: Join) -> None:
    nobody = join(STRANGER)
    assert nobody.process.wait(20) == 1
    nobody.sees("coordinator: there is no operator nobody on the roster")
    assert b"joining" not in bytes(nobody.raw).partition(b"\x1b[?1049l")[2]
