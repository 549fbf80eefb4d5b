"""Protects: what the screens owe their operators whatever happens: drafts, reasons, plain text, every action."""

from functools import partial
from pathlib import Path

import pytest
from textual import events

from coordinator.incident.acts import Message
from coordinator.tui import settings
from coordinator.tui.actions import ACTIONS, keys
from coordinator.tui.forms import FORMS
from coordinator.tui.screens.form import FormScreen
from coordinator.tui.screens.palette import PaletteScreen
from coordinator.tui.spots import NOWHERE
from tests.tui.seat import Room


async def test_escape_never_discards_and_the_same_key_brings_the_draft_back(room: Room) -> None:
    nia = await room.sit("nia")
    await nia.press("m")
    await nia.sees("MESSAGE to the Point of Contact")
    await nia.type("Half a sente")
    await nia.press("escape")
    await nia.sees("kept as a draft", "3 DRAFTS 1", "Half a sente")
    await nia.press("m")
    await nia.sees("your draft is back", "Half a sente")
    await nia.type("nce")
    await nia.press("escape", "3", "enter")
    await nia.sees("MESSAGE to the Point of Contact", "Half a sentence")


async def test_a_draft_outlives_the_program(room: Room) -> None:
    nia = await room.sit("nia")
    await nia.press("n")
    await nia.sees("NOTE for the log")
    await nia.type("Sandbags at the mill")
    await nia.press("ctrl+q")
    await nia.sees("LEAVE?", "1 drafts")
    await nia.press("y")
    await nia.end()
    room.forget(nia)
    again = await room.sit("nia")
    await again.sees("Sandbags at the mill")


async def test_a_sent_draft_is_gone(room: Room) -> None:
    nia = await room.sit("nia")
    await nia.press("n")
    await nia.sees("NOTE for the log")
    await nia.type("Sandbags")
    await nia.send()
    await nia.sees("note accepted")
    await nia.sees("3 DRAFTS 0")


async def test_what_is_wrong_is_said_where_it_is(room: Room) -> None:
    nia = await room.sit("nia")
    await nia.press("s")
    await nia.sees("STATUS of my centre")
    await nia.press("1")
    await nia.type("many")
    await nia.send()
    await nia.sees("Headcount is a number, not 'many'", ">Headcount")
    assert room.stage.kinds() == []


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_every_main_screen_says_what_it_must(room: Room, size: tuple[int, int]) -> None:
    """EXERCISE, KEYLESS, the link and who holds the desk stand on each of them."""
    lee = await room.sit("lee", size)
    for key, words in {
        "d": "INBOUND",
        "p": "FOR YOU",
        "v": "ORDERS",
        "b": "BOARD",
        "l": "LOG",
        "c": "CHARTER of ops",
    }.items():
        await lee.press(key)
        await lee.sees("EXERCISE", "KEYLESS", "LINK ok", "QUEUE 0", "POC ops: Lee Marsh (you)", words)
        assert max(map(len, lee.lines)) <= size[0]
        assert len(lee.lines) == size[1]


async def test_hostile_text_is_plain_wherever_it_is_shown(room: Room) -> None:
    """Markup in a message is text; it is shown as it came, acts on nothing and raises nothing."""
    hostile = "[@click=app.quit]press[/] [/] [bold red]x {$accent} \\[ \n second [link=http://x]line"
    nia, lee = await room.sit("nia"), await room.sit("lee", (160, 48))
    await nia.session.send(Message(precedence="FLASH", text=hostile))
    await lee.sees("[@click=app.quit]press[/] [/]", "[link=http://x]line")
    await lee.press("enter")
    await lee.sees("MESSAGE", "[bold red]x {$accent}")
    await lee.press("escape", "r")
    await lee.sees("RELAY about M-1", "[@click=app.quit]")
    await lee.press("escape", "l")
    await lee.sees("[@click=app.quit]press[/]")


async def test_reviewers_may_look_and_not_write(room: Room) -> None:
    rev = await room.sit("rev")
    for key in ("m", "o", "s", "n"):
        await rev.press(key)
        await rev.sees("reviewers read the log and write nothing")


async def test_the_log_is_searched_and_followed(room: Room) -> None:
    nia, lee = await room.sit("nia"), await room.sit("lee")
    for text in ("first gauge reading", "second report"):
        await nia.session.send(Message(precedence="ROUTINE", text=text))
    await lee.press("l")
    await lee.sees("first gauge reading", "second report", "LIVE")
    await lee.press("1")
    await lee.type("gauge")
    await lee.press("enter")
    await lee.sees("1 entries hold 'gauge'")
    assert "second report" not in lee.text
    await lee.press("1", "ctrl+u", "enter")
    await lee.sees("second report")
    await nia.session.send(Message(precedence="ROUTINE", text="third thing"))
    await lee.sees("third thing")


async def test_the_palette_names_every_action_and_why_not(room: Room) -> None:
    lee = await room.sit("lee", (160, 60))
    await lee.press(";")
    await lee.sees(f"ACTIONS {len(ACTIONS)}")
    assert isinstance(lee.interface.screen, PaletteScreen)
    await lee.type("roll call")
    await lee.press("enter")
    await lee.sees("ROLL CALL", "Centres")
    await lee.press("escape", ";")
    await lee.type("relay")
    await lee.sees("not now: put the cursor on a message first")


async def test_the_command_bar_takes_the_words_of_the_command_line(room: Room) -> None:
    lee = await room.sit("lee")
    await lee.press("/")
    await lee.sees("COMMAND Tab completes")
    await lee.type("order HOLD area/sou")
    await lee.press("tab")
    await lee.type("--to sou")
    await lee.press("tab", "enter")
    await lee.sees("Enter again sends it")
    await lee.press("enter")
    await lee.sees("order accepted: O-1")
    await lee.press("/")
    await lee.type("board")
    await lee.press("enter")
    await lee.sees("1 BOARD")


async def test_keys_can_be_changed(room: Room) -> None:
    nia = await room.sit("nia", keys={"message": "8", "note": "9"})
    await nia.press("9")
    await nia.sees("NOTE for the log")


def test_every_action_has_a_key_of_its_own_and_every_form_a_command() -> None:
    assert len(keys({})) == len(ACTIONS)
    assert all(len(action.key) == 1 or action.key == "enter" for action in ACTIONS)
    for action in ACTIONS:
        if action.how == "form":
            assert action.id in FORMS or action.id in ("heard", "package")
    with pytest.raises(ValueError, match="key of"):
        keys({"message": "a"})
    with pytest.raises(ValueError, match="no action"):
        keys({"messages": "a"})


def test_settings_name_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("COORDINATOR_CONFIG", str(file))
    assert settings.changed_keys() == {}
    file.write_text('[keys]\nnote = "9"\n')
    assert settings.changed_keys() == {"note": "9"}
    file.write_text("[keys]\nnote = 9\n")
    with pytest.raises(ValueError, match="has lines such as"):
        settings.changed_keys()


async def test_forms_of_every_command_open_and_close(room: Room) -> None:
    """No form needs anything that is not there."""
    lee = await room.sit("lee")
    for do in FORMS:
        await lee.run(partial(lee.interface.open_form, do, NOWHERE, {}))
        assert isinstance(lee.interface.screen, FormScreen), do
        await lee.sees(FORMS[do].title.split(":")[0])
        await lee.press("escape")


async def test_what_is_typed_ahead_goes_where_it_was_meant(room: Room) -> None:
    """A burst of keys, as a slow line delivers it: the letters after the action's key are the form's, not actions."""
    lee = await room.sit("lee")
    burst = ["o", *"hold", "enter", *"area", "/", *"south", "enter", *"south", "pagedown", "enter", "enter"]
    for key in burst:
        character = key if len(key) == 1 else None
        lee.interface.post_message(events.Key({"/": "slash"}.get(key, key), character))
    await lee.sees("order accepted: O-1", "HOLD south")


async def test_the_arrows_go_through_a_form_and_through_the_lines_of_a_text(room: Room) -> None:
    """From the first line of a text to the row before it, from the last to the row after."""
    lee = await room.sit("lee", (60, 30))
    await lee.press("m")
    await lee.sees(">Text")
    await lee.type("a long text that goes on over more than one line of a narrow screen")
    await lee.press("up")
    await lee.sees(">Text")
    await lee.press("down", "down")
    await lee.sees(">Precedence")
    await lee.press("up")
    await lee.sees(">Text")


async def test_what_came_by_phone_is_entered_for_the_centre_that_said_it(room: Room) -> None:
    """Said by something else than this keyboard: then the form asks for whom, when, and in which words."""
    lee = await room.sit("lee", (80, 30))
    await lee.press("m")
    await lee.type("Weir is holding")
    await lee.sees("Said by")
    assert "On behalf of" not in lee.text
    await lee.press(*["enter"] * 6)
    await lee.sees(">Subject")
    await lee.press("enter", "3")
    await lee.sees(">On behalf of", "Said at", "Words")
    await lee.type("south")
    await lee.press("up", "1")
    await lee.gone("On behalf of")
    await lee.press("up", "3")
    await lee.sees("On behalf of")
    await lee.send()
    await lee.sees("message accepted: M-1")
    (said,) = [entry for entry in room.stage.entries() if entry.kind == "message"]
    assert (said.by, said.centre, said.means) == ("lee", "south", "phone")
