"""The order in which commands are sent, and which ones are held back."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from coordinator.incident.acts import Act, Issue, Note, Order, Package, Propose
from coordinator.incident.entries import Command, OnRecord
from coordinator.session import backoff
from coordinator.session.addresses import Tcp, Unix, read
from coordinator.session.faults import BadAddress
from coordinator.session.ids import uuid7
from coordinator.session.tidy import tidy
from coordinator.session.waiting import MemoryBox, Queue, Waiting, fires

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
ORDER = Order(verb="HOLD", subject="area/north", to=("north",))


def waiting(id: str, act: Act) -> Waiting:
    return Waiting(command=Command(by="nia", act=act, id=id), queued_at=NOW)


def filled(*rows: tuple[str, Act]) -> Queue:
    queue = Queue(MemoryBox())
    for id, act in rows:
        queue.put(waiting(id, act))
    return queue


def following(queue: Queue, now: datetime) -> str:
    found = queue.next(now)
    return found.id if found is not None else ""


def test_one_is_under_way_at_a_time_and_a_lost_link_sends_it_again() -> None:
    queue = filled(("a", Note(text="a")), ("b", Note(text="b")))
    assert following(queue, NOW) == "a"
    queue.sent("a")
    assert following(queue, NOW) == ""
    queue.again()
    assert following(queue, NOW) == "a"
    queue.sent("a")
    queue.settled("a", "decided")
    assert following(queue, NOW) == "b"
    assert "a" not in queue


def test_only_what_brings_an_order_into_force_is_asked_about() -> None:
    assert fires(ORDER)
    assert fires(Issue(ref="P-1"))
    assert fires(Package(orders=(ORDER,)))
    assert not fires(Order(verb="HOLD", subject="area/north", to=("north",), given=True))
    assert not fires(Propose(verb="HOLD", subject="area/north", to=("north",)))
    assert not fires(Note(text="x"))


def test_an_old_order_waits_for_its_author_and_what_follows_does_not() -> None:
    queue = filled(("order", ORDER), ("note", Note(text="x")))
    assert following(queue, NOW + timedelta(minutes=2)) == "order"
    assert following(queue, LATER) == "note"
    assert [one.id for one in queue.doubtful(LATER)] == ["order"]
    queue.confirm("order")
    assert following(queue, LATER) == "order"
    assert queue.doubtful(LATER) == ()


def test_what_is_under_way_can_no_longer_be_dropped() -> None:
    queue = filled(("a", Note(text="a")), ("b", Note(text="b")))
    queue.sent("a")
    assert queue.drop("a") is None
    dropped = queue.drop("b")
    assert dropped is not None
    assert dropped.command.act == Note(text="b")
    assert len(queue) == 1


def test_tries_come_soon_then_seldom_and_never_all_at_once() -> None:
    soon = list(islice(backoff.delays(lambda: 0.0), 12))
    late = list(islice(backoff.delays(lambda: 0.999), 12))
    assert soon[0] < 0.2
    assert all(one <= other for one, other in pairwise(soon))
    assert max(late) <= backoff.LONGEST
    assert soon[-1] == backoff.LONGEST / 2


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [uuid7(NOW + timedelta(milliseconds=step), lambda count: b"\xff" * count) for step in range(5)]
    assert ids == sorted(ids)
    assert all(id[14] == "7" and id[19] in "89ab" for id in ids)


def test_addresses_lead_to_this_machine_only() -> None:
    assert read("ws://127.0.0.1:4600") == Tcp("127.0.0.1", 4600)
    assert read("unix:/run/hub.sock") == Unix(read("unix:///run/hub.sock").path)  # type: ignore[union-attr]  # a path
    for wrong in ("", "hub", "ws://127.0.0.1", "ws://example.org:80", "ws://127.0.0.1:x", "unix:", "wss://127.0.0.1:1"):
        with pytest.raises(BadAddress, match=r"ws://127\.0\.0\.1:PORT"):
            read(wrong)


def test_what_cleaning_changed_is_said() -> None:
    clean = tidy(Note(text="fine"), OnRecord())
    assert clean.changes == ()
    order = Order(verb="HOLD", subject="a\u202eb", to=("n\torth",), text="two\nlines")
    tidied = tidy(order, OnRecord(words="x\x1b[2J"))
    assert tidied.act == Order(verb="HOLD", subject="ab", to=("n orth",), text="two\nlines")
    assert tidied.record == OnRecord(words="x[2J")
    assert [change.split(":")[0] for change in tidied.changes] == ["subject", "to", "words"]
