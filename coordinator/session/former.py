"""What waits for other logs than the hub's: taken over where the hub's log continues theirs, else told and left alone.

Law: nothing goes to another log unasked unless that log says itself that it continues the one for which it was
written. Then facts and messages go on as after any lost link, under the same id; an order is always asked about.
"""

from typing import TYPE_CHECKING

from coordinator.journal.former import former_logs
from coordinator.session.faults import HubSaid, Unreachable
from coordinator.session.transports import LinkLost, Transport
from coordinator.wire.frames import Fetch

if TYPE_CHECKING:
    from coordinator.session.linked import Linked


async def take_over(session: "Linked", transport: Transport) -> None:
    """Look once, when the hub was met, and say what was found. Raises LinkLost."""
    disk = session.place.disk
    if disk is None or not disk.left:
        return
    taken = disk.take_over(await _continued(session, transport))
    session.place.queue.join(taken)
    left = len(disk.left)
    asked = len(session.place.queue.doubtful(session.clock.now()))
    told = [
        f"{len(taken)} commands that waited for the log that this one continues go on here" if taken else "",
        f"{asked} orders ask first: still wanted?" if taken and asked else "",
        f"{left} commands that were written for another log stay there, unsent: coordinator outbox" if left else "",
    ]
    session.remark("; ".join(filter(None, told)))


async def _continued(session: "Linked", transport: Transport) -> tuple[str, ...]:
    """The logs that the hub's log continues, as its first entry says."""
    try:
        first = (await session.questions.ask(transport, Fetch(n=0, seqs=(1,)))).entries
    except Unreachable as gone:
        raise LinkLost(str(gone)) from None
    except HubSaid:  # too many questions, perhaps: it is asked again at the next connection
        return ()
    return former_logs(first[0]) if first else ()
