"""Two operations in a journal: one with what reports must tell right (late entries, refusals), one with a secret."""

from datetime import timedelta
from pathlib import Path

from coordinator.incident import acts, hubacts
from coordinator.incident.archive import Thing, departed, recall_of
from coordinator.incident.entries import OnRecord
from coordinator.incident.roster import HUB
from coordinator.journal.reads import Reads
from coordinator.journal.store import Journal
from tests.journal.samples import START, Operation

SECRET = "the patient of the mill is Ada"


def played(path: Path) -> Path:
    """A morning: requests, a relay, orders with reasons, one refused, what was said by radio while nobody wrote."""
    with Journal.create(path) as journal:
        run = Operation(journal)
        north = acts.Message(precedence="PRIORITY", text="Gauge at 4.1 m", subject="Gauge", wants_reply=True)
        asked = run.do("nia", north)
        run.do("lee", acts.Relay(ref=asked, to=("south", "icp")))
        run.do("sol", acts.Reply(ref=asked, text="South has heard"))
        run.do("lee", acts.Order(verb="EVACUATE", subject="area/north", to=("north",), rationale="Gauge above 4 m"))
        run.do("lee", acts.Order(verb="SHELTER", subject="area/north", to=("north",), rationale="roads flooded"))
        run.do("lee", acts.DecisionNote(text="We stay at the weir", rationale="The road holds", options=("go", "stay")))
        said = OnRecord(means="radio", said_at=START + timedelta(seconds=5), centre="north")
        run.do("lee", acts.Message(precedence="ROUTINE", text="Said before it was written"), said)
        run.do("lee", acts.Broadcast(precedence="ROUTINE", text="Brief at noon"))
    return path


def secret(path: Path) -> tuple[Path, int]:
    """An operation in which one message is quoted: in a briefing, by somebody, and when it is taken up again."""
    with Journal.create(path) as journal:
        run = Operation(journal)
        told = run.do("nia", acts.Message(precedence="ROUTINE", text=f"{SECRET}\nand lives", wants_reply=True))
        run.do("lee", acts.Offer(scope="ops", to="dana", briefing=f"M-1 from north: '{SECRET[:20]}"))
        run.do("sol", acts.Note(text=f"I heard that {SECRET.upper()}\nand lives"))
        run.do("lee", acts.Answer(ref=told, text="Noted"))
        _forgotten_and_taken_up(run, told)
        run.do("lee", acts.Note(text="That was all"))
    return path, told


def _forgotten_and_taken_up(run: Operation, told: int) -> None:
    before = run.state
    run.do(HUB, hubacts.Archive(before=run.state.seq + 1))
    things: dict[int, Thing] = {thing.seq: thing for thing in departed(before, run.state)}
    run.do(HUB, recall_of(things[told]))


def lines(journal: Path) -> list[bytes]:
    """The lines of a journal, as they are stored."""
    reads = Reads(journal)
    try:
        return [stored.line.encode() for stored in reads.lines(1, reads.head().seq)]
    finally:
        reads.close()


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


__all__ = ["SECRET", "bytes_of", "lines", "played", "secret"]
