"""Log: everything that happened, newest first; a line searches it by words."""

from textual import events
from textual.app import ComposeResult

from coordinator.tui.screens.base import Base
from coordinator.tui.spots import Spot
from coordinator.tui.texts import fitted
from coordinator.tui.view import View
from coordinator.tui.widgets.bars import Bar
from coordinator.tui.widgets.fields import Changed, Done, Line
from coordinator.tui.widgets.log_view import LogView


class LogScreen(Base):
    """The log, with a line to search it by."""

    main = True

    @property
    def spot(self) -> Spot:
        return self.query_one(LogView).spot

    def body(self) -> ComposeResult:
        yield Bar("logbar")
        yield Line("", "query")
        yield LogView(self.interface.source)

    def first_focus(self) -> None:
        self.query_one(LogView).focus()

    def go(self, digit: int) -> None:
        self.query_one("#query" if digit == 1 else LogView).focus()

    def fill(self, view: View) -> None:
        log = self.query_one(LogView)
        log.update()
        state = "LIVE" if log.follows else "looking back: Home follows again"
        hint = f"2 LOG {view.state.seq} entries  {state}   1 search (Enter finds, empty shows all):"
        self.query_one("#logbar", Bar).show(fitted(((hint, "strong"),), self.size.width))

    def on_changed(self, event: Changed) -> None:
        event.stop()

    def on_done(self, event: Done) -> None:
        event.stop()
        self.run_worker(self._search(self.query_one("#query", Line).said.strip()), exclusive=True)

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape" and self.query_one("#query", Line).has_focus:
            event.stop()
            self.query_one(LogView).focus()

    async def on_log_view_exhausted(self, event: LogView.Exhausted) -> None:
        event.stop()
        if await self.interface.source.ask():
            self.query_one(LogView).update()

    def on_log_view_moved(self, event: LogView.Moved) -> None:
        event.stop()
        self.again()

    async def _search(self, query: str) -> None:
        log = self.query_one(LogView)
        found = await self.interface.source.search(query) if query else None
        log.show_found(found)
        if found is not None:
            self.interface.tell(f"{len(found)} entries hold '{query}'" if found else f"nothing holds '{query}'")
        log.focus()
