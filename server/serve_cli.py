"""`coordinator-hub serve`: a hub from its start to its end, with all that belongs to it.

Law: it ends with one line and its code; in good order when it is told to, loudly when the disk fails.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coordinator import __version__
from coordinator.incident.acts import Note
from coordinator.journal.errors import BrokenChain, JournalError, WriteFailed
from coordinator.session.addresses import Address, Unix, read
from coordinator.session.faults import BadAddress
from server import memory
from server.admission import NotSafe
from server.authorized_keys import CannotWrite
from server.cli import FAILED, NOT_WHOLE, USAGE, End, loaded
from server.diskguard import DiskGuard, release
from server.endings import heard
from server.hub import Hub
from server.keykeeper import KeyKeeper
from server.listener import Listener
from server.restore import OtherOperation

if TYPE_CHECKING:
    from server.notify_cli import Notices


@click.command(
    epilog="""\b
Examples:
  coordinator-hub serve roster.json --journal flood.journal --listen unix:/run/coordinator/hub.sock
  coordinator-hub serve roster.json --journal try.journal --listen ws://127.0.0.1:4600 --keyless

SIGTERM ends it in good order; after a crash, start it again on its journal.
"""
)
@click.argument("roster", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--journal", required=True, envvar="COORDINATOR_JOURNAL", type=click.Path(path_type=Path, dir_okay=False),
    help="The log's file; made where there is none.",
)
@click.option(
    "--listen", required=True, multiple=True, envvar="COORDINATOR_LISTEN", metavar="ADDRESS",
    help="unix:PATH or ws://127.0.0.1:PORT; may be given more than once.",
)
@click.option(
    "--keyless", is_flag=True, envvar="COORDINATOR_KEYLESS",
    help="For demonstration and tests: whoever connects is whoever they say.",
)
@click.option(
    "--authorized-keys", type=click.Path(path_type=Path, dir_okay=False), envvar="COORDINATOR_AUTHORIZED_KEYS",
    metavar="FILE", help="Keep this file as the roster is: who comes in by SSH, and as whom.",
)
@click.option(
    "--continue-from", type=click.Path(path_type=Path, dir_okay=False), metavar="BROKEN",
    help="Begin the new --journal with all that is good of a journal that is broken, or of a backup.",
)
@click.option(
    "--notify", "spool", type=click.Path(path_type=Path, file_okay=False), envvar="COORDINATOR_NOTIFY", metavar="SPOOL",
    help="Write what is overdue and escalated to this folder, and deliver it as its notify.toml says.",
)
def serve(
    roster: Path, journal: Path, listen: Sequence[str], *, keyless: bool, authorized_keys: Path | None,
    continue_from: Path | None, spool: Path | None,
) -> None:
    """Run the hub of ROSTER's operation."""
    try:
        addresses = [read(text) for text in listen]
    except BadAddress as error:
        raise End(str(error), USAGE) from None
    logging.basicConfig(format="coordinator-hub: %(message)s", level=logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it remarks on every connection that breaks off
    keeper = _keeper(authorized_keys, addresses) if authorized_keys is not None else None
    hub = Hub(journal, loaded(roster))
    first = _continued(continue_from, journal) if continue_from is not None else None
    notices = _notices(spool, hub) if spool is not None else None
    asyncio.run(_serve(hub, addresses, keyless=keyless, keeper=keeper, first=first, notices=notices))


def _continued(broken: Path, journal: Path) -> Note:
    """Make the journal that continues a broken one; what the log is to say of it. Raises End."""
    from server.backup import CannotCopy, NotWhole
    from server.continuing import continue_from

    try:
        found = continue_from(broken, journal)
    except (CannotCopy, NotWhole, JournalError) as error:
        raise End(str(error), NOT_WHOLE if isinstance(error, NotWhole) else USAGE) from None
    note = Note(text=found.told(broken))
    click.echo(note.text)
    return note


def _notices(spool: Path, hub: Hub) -> "Notices":
    """What tells people beyond the screen. Raises End."""
    from server.notify_cli import Notices
    from server.telling import Unfit

    try:
        return Notices(spool, hub)
    except (Unfit, OSError) as error:
        raise End(str(error), USAGE) from None


def _keeper(path: Path, addresses: Sequence[Address]) -> KeyKeeper:
    """What keeps authorized_keys. Raises End."""
    from server.keys_cli import door

    sockets = [address for address in addresses if isinstance(address, Unix)]
    if not sockets:
        raise End("people come in by SSH at a Unix socket: add --listen unix:PATH", USAGE)
    return KeyKeeper(path.expanduser(), door(str(sockets[0]), None))


async def _serve(
    hub: Hub, addresses: Sequence[Address], *, keyless: bool, keeper: KeyKeeper | None, first: Note | None,
    notices: "Notices | None" = None,
) -> None:
    """Serve until a signal ends it, or the disk does."""
    ended = asyncio.Event()
    with heard(ended.set):
        try:
            listener = Listener(hub, addresses, keyless=keyless, version=__version__)
        except NotSafe as error:
            raise End(str(error), USAGE) from None
        guard = DiskGuard(hub)
        await _begin(hub, first)
        await _open(hub, listener, keeper)
        if notices is not None:
            notices.start()
        memory.settle()
        _announce(hub, listener, keyless=keyless)
        await _until(ended, hub, guard)
        try:
            await _end(hub)
        finally:
            if notices is not None:
                await asyncio.to_thread(notices.stop)
    if keeper is not None:
        keeper.close()


async def _until(ended: asyncio.Event, hub: Hub, guard: DiskGuard) -> None:
    """Watch the disk until a signal ends the hub, or the disk does."""
    hub.failed.add_done_callback(lambda _: ended.set())
    watching = asyncio.create_task(guard.watch())
    watching.add_done_callback(lambda _: ended.set())
    await ended.wait()
    watching.cancel()


async def _begin(hub: Hub, first: Note | None) -> None:
    """Open the journal, or make it. Raises End."""
    try:
        await hub.start()
        if first is not None:
            hub.do(first)
    except BrokenChain as error:
        line = f"{error}. Look: coordinator verify {hub.path}; go on: --journal NEW --continue-from {hub.path}"
        raise End(line, NOT_WHOLE) from None
    except WriteFailed as error:
        release(hub.path)  # so that the next start can write what it must, and say that the disk is full
        raise End(f"{error}. Free the disk, then start the hub again", FAILED) from None
    except (JournalError, OtherOperation) as error:
        raise End(str(error), USAGE) from None


async def _open(hub: Hub, listener: Listener, keeper: KeyKeeper | None) -> None:
    """Let people in. Raises End."""
    try:
        await listener.start()
        if keeper is not None:
            hub.roster_listeners.append(keeper.follow)
            keeper.begin(hub.state.roster)
    except (NotSafe, OSError, CannotWrite) as error:
        await hub.stop("could not listen")
        raise End(f"cannot listen: {error}", USAGE) from None


async def _end(hub: Hub) -> None:
    failure = hub.failed.exception() if hub.failed.done() else None
    if failure is None:
        try:
            await hub.stop("the hub was told to stop")
        except WriteFailed as error:
            failure = error
    if failure is not None:
        hub.kill()
        release(hub.path)
        raise End(f"{failure}. Free the disk, then start the hub again on {hub.path}", FAILED)


def _announce(hub: Hub, listener: Listener, *, keyless: bool) -> None:
    operation = hub.state.roster.operation
    where = ", ".join(str(address) for address in listener.addresses)
    title = f"{operation.name} ({operation.kind.upper()})"
    click.echo(f"{title}: entry {hub.state.seq} of {hub.path}, listening on {where}")
    if keyless:
        click.echo("KEYLESS: whoever connects is whoever they say. For demonstration and tests only.")
    sys.stdout.flush()
