"""The newest entries of the log as rows."""

from coordinator.tui.log_source import LogSource
from coordinator.tui.rows.tell import ROUTINE_KINDS, row
from coordinator.tui.spots import Listing


def tail(source: LogSource, count: int) -> Listing:
    """4 LOG: what happened last, without what is there for the record alone."""
    rows = tuple(row(entry) for entry in source.latest(max(count, 3), ROUTINE_KINDS))
    return Listing("4 LOG", rows, "nothing yet", " LIVE --")
