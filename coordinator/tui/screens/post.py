"""Post: what waits for my centre, where what it sent is now, and what is being written."""

from coordinator.tui.rows import post
from coordinator.tui.screens.base import Panes
from coordinator.tui.spots import Listing, Row, Spot
from coordinator.tui.texts import exact, fit, plain
from coordinator.tui.view import View


class PostScreen(Panes):
    """An operator's screen."""

    ORDER = ("foryou", "sent", "drafts")

    def listings(self, view: View) -> dict[str, Listing]:
        sent = post.sent(view)
        sent = sent._replace(rows=(*self._refused(), *sent.rows))
        return {"foryou": post.for_you(view), "sent": sent, "drafts": self._drafts()}

    def _refused(self) -> tuple[Row, ...]:
        """What was refused and its author has not seen to."""
        return tuple(
            Row(
                f"x{refusal.id}",
                (("REFUSED ", "bad"), (f"{refusal.outcome.code}: ", "strong"), (plain(refusal.outcome.message), "")),
                Spot("refused", refusal.id),
            )
            for refusal in self.interface.sending.refusals.values()
        )

    def _drafts(self) -> Listing:
        rows = tuple(
            Row(
                draft.name,
                (
                    (fit(draft.do, 12), "strong"),
                    (fit(f"saved {exact(draft.saved_at)}", 16), ""),
                    (plain(_gist(draft.values)), ""),
                ),
                Spot("draft", draft.name),
            )
            for draft in self.interface.drafts.all
        )
        return Listing(f"3 DRAFTS {len(rows)}", rows, "nothing unsent: m writes a message, ! in front makes it FLASH")


def _gist(values: dict[str, str]) -> str:
    """What was written, the text first."""
    return " ".join(
        [values.get("text", ""), *(value for name, value in values.items() if value and name != "text")]
    ).strip()
