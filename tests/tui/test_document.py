"""Protects: docs/interface.md says what the interface does: its keys are the actions', its screens and looks exist."""

from pathlib import Path

from coordinator.tui.actions import ACTIONS, shown
from coordinator.tui.forms import FORMS
from coordinator.tui.interface import SCREENS
from coordinator.tui.rows.axis import LEGEND
from coordinator.tui.settings import FILE
from coordinator.tui.texts import MARKERS

DOCUMENT = Path(__file__).parents[2] / "docs" / "interface.md"
BEGIN, END = "<!-- keys -->\n", "<!-- end of keys -->"


def key_table() -> str:
    """The table of keys as it must stand in the document."""
    rows = [f"| `{shown(action.key)}` | `{action.id}` | {action.help} |" for action in ACTIONS]
    return "\n".join(["| key | action | what it does |", "|---|---|---|", *rows]) + "\n"


def test_the_keys_are_those_of_the_actions() -> None:
    _, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    table, end, _ = rest.partition(END)
    assert end
    assert table == key_table()


def test_every_screen_precedence_and_mark_is_explained() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    actions = {action.id: action for action in ACTIONS}
    for screen in SCREENS:
        assert f"**{actions[screen].words}** (`{actions[screen].key}`)" in text
    for precedence, (marker, _) in MARKERS.items():
        assert f"`{marker.strip()}`" in text, precedence
    for part in LEGEND.split("  "):
        assert f"`{part}`" in text
    assert FILE in text
    assert "package" not in FORMS  # it has a screen of its own, which the document describes
