"""Things as they would be on paper: a message's form, a centre's dossier, a desk's handover sheet. Pure."""

from collections.abc import Iterable

from coordinator.review.dossier import dossier
from coordinator.review.forms import printed
from coordinator.review.sheet import sheet
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import plain
from coordinator.tui.view import View

Head = tuple[int, str]


def paper(view: View, about: Spot, head: Head | None, width: int) -> Listing:
    """The paper of what the cursor is on; of nothing in particular, the handover sheet of the desk."""
    message = view.state.messages.get(about.seq) if about.kind == "message" else None
    if message is not None:
        return _listing(f"{message.number} AS ITS FORM", printed(view.state, message), width)
    if about.kind == "centre" and about.ref in view.ground.centres:
        return _listing(f"DOSSIER of {plain(about.ref)}", dossier(view.state, about.ref, view.now), width)
    scope = about.ref if about.kind == "scope" else next(iter(view.my_desks), view.ground.default.id)
    return _listing(f"HANDOVER SHEET of {plain(scope)}", sheet(view.state, scope, view.now, head), width)


def _listing(title: str, lines: Iterable[str], width: int) -> Listing:
    shown = [part for line in lines for part in _broken(plain(line), max(width - 2, 20))]
    rows = tuple(Row(f"p{place}", ((line, ""),)) for place, line in enumerate(shown))
    return Listing(title, rows, "nothing to print", " Esc back --")


def _broken(line: str, width: int) -> list[str]:
    """A line whose columns are kept, gone on below where it is too long."""
    return [line[start : start + width] for start in range(0, len(line), width)] or [""]
