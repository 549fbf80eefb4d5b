"""From a key to what it does: every action goes through `perform`, wherever it was chosen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from coordinator.incident.acts import Accept, Acknowledge, Act, Complete, Issue, Take, Withdraw
from coordinator.tui.actions import ACTIONS, COMMAND_OF, Action, shown
from coordinator.tui.composing import COMPOSED, KEYS
from coordinator.tui.forms import begun
from coordinator.tui.minding import Minding
from coordinator.tui.screens.command import CommandScreen
from coordinator.tui.screens.confirm import ConfirmScreen
from coordinator.tui.screens.form import FormScreen
from coordinator.tui.screens.package import PackageScreen
from coordinator.tui.screens.palette import PaletteScreen
from coordinator.tui.screens.paper import PaperScreen
from coordinator.tui.screens.readback import ReadbackScreen
from coordinator.tui.screens.refusal import RefusalScreen
from coordinator.tui.screens.rivals import RivalsScreen, rivals
from coordinator.tui.screens.thing import ThingScreen
from coordinator.tui.spots import NOWHERE, Spot, SpotKind
from coordinator.tui.view import View

if TYPE_CHECKING:
    from coordinator.tui.interface import Interface

NOW: dict[str, Callable[[int], Act]] = {
    "acknowledge": lambda seq: Acknowledge(ref=seq),
    "accept": lambda seq: Accept(ref=seq),
    "complete": lambda seq: Complete(ref=seq),
    "issue": lambda seq: Issue(ref=seq),
}
"""Commands that one key says at once."""

PRESSING = {"rollcall": "status", "offer": "take"}
"""What Enter means on things that ask for one act."""

LATE = "It waited more than two minutes for the link"
FORMER = "It was written for the log that this one continues"
OTHERS = "It was written for another log than the one that is here now"


class Doing:
    """Performs actions for the interface."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface
        self._own: dict[str, Callable[[View, Spot], None]] = {
            "open": self._open,
            "readback": self._read_back,
            "take": self._take,
            "withdraw": self._withdraw,
            "forms": self._forms,
            "paper": self._paper,
            "command": self._command,
            "palette": self._palette,
            "help": self._palette,
            "repaint": lambda _view, _spot: interface.action_repaint(),
            "leave": lambda _view, _spot: interface.action_leave(),
        }

    def perform(self, action: Action, spot: Spot) -> None:
        """Do it, or say why it cannot be done now."""
        view = self._interface.view
        if view is None:
            return
        why_not = action.why_not(view, spot)
        if why_not:
            sentence = f"{action.words}: {why_not}"
            self._interface.tell(sentence, "warn")
            if action.how == "form" or action.id == "package":
                self._interface.run_on.begin(sentence)
        elif action.how == "screen":
            self._interface.go(action.id)
        elif action.how == "form":
            self.form(COMMAND_OF.get(action.id, action.id), spot)
        elif action.how == "now":
            self._now(action, NOW[action.id](spot.seq))
        else:
            self._own[action.id](view, spot)

    def _now(self, action: Action, act: Act) -> None:
        """Say it; where something stands against it, show that first, and the same key says it."""
        minding = Minding(self._interface.session)
        if not minding.holds_up(act):
            self._interface.sending.say(act)
            return
        text = "\n".join(f"- {sentence}" for sentence in minding.shown)
        again = (f"{action.words} all the same", lambda: self._interface.sending.say(act))
        key = self._interface.key_of(action.id)
        self._interface.push_screen(ConfirmScreen("STANDS AGAINST IT", text, {key: again}))

    def form(self, do: str, spot: Spot, values: dict[str, str] | None = None) -> None:
        """Open a command's form, with what was written of it before."""
        view = self._interface.view
        if view is None:
            return
        about = spot if _is_about(do, spot) else NOWHERE
        draft = self._interface.drafts.find(do, about.kind, about.ref)
        if values is None and draft is not None:
            self._interface.tell("your draft is back")
        self._interface.opened(view, about)
        written = values if values is not None else draft.values if draft is not None else None
        if do == "package":
            self._interface.push_screen(PackageScreen(written or {}))
            return
        begins = begun(view, do, about) | (written or {})
        self._interface.push_screen(FormScreen(do, about, begins, resumed=written is not None))

    def footer(self, view: View, spot: Spot) -> list[tuple[str, str]]:
        """Keys and words of what is most useful here, best first."""
        able = [action for action in ACTIONS if action.footer < 9 and not action.why_not(view, spot)]  # noqa: PLR2004
        able.sort(key=lambda action: action.footer)
        return [(shown(self._interface.key_of(action.id)), action.words) for action in able]

    def open_spot(self, spot: Spot) -> None:
        """Everything about one thing."""
        view = self._interface.view
        if view is None or spot == NOWHERE:
            return
        self._interface.opened(view, spot)
        proposal = view.state.proposals.get(spot.seq)
        together = rivals(view, proposal) if proposal is not None else ()
        if len(together) > 1:
            self._interface.push_screen(RivalsScreen(together))
        else:
            self._interface.push_screen(ThingScreen(spot))

    def _open(self, view: View, spot: Spot) -> None:
        if spot.kind == "draft":
            draft = next((one for one in self._interface.drafts.all if one.name == spot.ref), None)
            if draft is not None:
                self._interface.drafts.take(draft)
                self._interface.open_form(draft.do, _spot_of(draft.kind, draft.ref), draft.values)
        elif spot.kind == "refused":
            refusal = self._interface.sending.refusals.get(spot.ref)
            if refusal is not None:
                self._interface.push_screen(RefusalScreen(refusal))
        elif spot.kind == "waiting" and spot.ref in {*view.doubtful, *(one.id for one in view.elsewhere)}:
            self._still_wanted(view, spot)
        else:
            self.open_spot(spot)

    def _still_wanted(self, view: View, spot: Spot) -> None:
        session = self._interface.session
        waiting = next((one for one in (*view.waiting, *view.elsewhere) if one.id == spot.ref), None)
        if waiting is None:
            return
        why = OTHERS if waiting in view.elsewhere else FORMER if waiting.former else LATE
        from coordinator.tui.rows.words import said

        self._interface.push_screen(
            ConfirmScreen(
                "STILL WANTED?",
                f"{said(waiting.command)}\n\n{why}, and has not been sent.",
                {
                    "1": ("still wanted: send it", lambda: session.confirm(spot.ref)),
                    "2": ("not wanted: drop it", lambda: session.drop(spot.ref)),
                },
            )
        )

    def _read_back(self, view: View, spot: Spot) -> None:
        order = view.to_read_back(spot.seq)
        if order is not None:
            self._interface.opened(view, Spot("order", str(order.seq)))
            self._interface.push_screen(ReadbackScreen(order, view))

    def _take(self, view: View, _: Spot) -> None:
        desk = next(desk for desk in view.desks if desk.offer is not None and desk.offer.to == view.me)
        assert desk.offer is not None
        seq = desk.offer.seq
        self._interface.push_screen(
            ConfirmScreen(
                f"TAKE THE {desk.scope} DESK from {view.name(desk.holder)}",
                desk.offer.briefing or "There is no briefing.",
                {"y": ("take it: you are the Point of Contact", lambda: self._interface.sending.say(Take(ref=seq)))},
            )
        )

    def _withdraw(self, view: View, _: Spot) -> None:
        desk = next(desk for desk in view.desks if desk.offer is not None and desk.holder == view.me)
        assert desk.offer is not None
        self._interface.sending.say(Withdraw(ref=desk.offer.seq))

    def _forms(self, view: View, spot: Spot) -> None:
        del view, spot
        chosen: dict[str, tuple[str, Callable[[], object]]] = {
            key: (name, partial(self._interface.call_later, self.form, name, NOWHERE)) for key, name in KEYS.items()
        }
        text = "\n".join(f"{key}  {COMPOSED[name].title}" for key, name in KEYS.items())
        self._interface.push_screen(ConfirmScreen("WHICH FORM?", text, chosen))

    def _paper(self, view: View, spot: Spot) -> None:
        del view
        self._interface.push_screen(PaperScreen(spot))

    def _command(self, view: View, spot: Spot) -> None:
        self._interface.push_screen(CommandScreen(self._interface.command_line))

    def _palette(self, view: View, spot: Spot) -> None:
        self._interface.push_screen(PaletteScreen(spot))


ABOUT: dict[str, frozenset[SpotKind]] = {
    **dict.fromkeys(
        "order package message propose status note decision broadcast brief rollcall declare end_operation".split(),
        frozenset(),
    ),
    **dict.fromkeys(("offer", "assume", "stand_down"), frozenset(("scope",))),
    "resource": frozenset(("order", "resource")),
    "correct": frozenset(("message", "order", "entry")),
    **dict.fromkeys(COMPOSED, frozenset()),
}
"""Which things a form can be about; forms that are not here are about whatever their action's check lets through."""


def _is_about(do: str, spot: Spot) -> bool:
    return spot.kind in ABOUT[do] if do in ABOUT else spot.seq > 0


def _spot_of(kind: str, ref: str) -> Spot:
    import msgspec

    return msgspec.convert({"kind": kind, "ref": ref}, Spot)
