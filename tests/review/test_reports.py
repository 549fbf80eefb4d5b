"""Reports tell what the log says, where it happened, and whatever a text pretends to be, it stays a text."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from coordinator.cli.late import rows as late_rows
from coordinator.incident import acts, hubacts
from coordinator.incident.entries import Entry, OnRecord
from coordinator.incident.roster import HUB, Roster
from coordinator.journal import verify
from coordinator.journal.lines import GENESIS
from coordinator.journal.rows import rows
from coordinator.journal.store import Journal
from coordinator.review.book import Period, period
from coordinator.review.export import Wishes, export
from coordinator.review.lines import plain
from coordinator.review.sheets import FORMULA, Sheet, as_csv, page
from tests.hostile import CELLS, PATHS, TEXTS, kept, obeyed
from tests.journal.samples import ROSTER, START, Operation
from tests.review.played import bytes_of, played

TAGS = frozenset(
    "html head meta title style body h1 h2 dl dt dd section table thead tbody tr th td p".split()
)
ATTRIBUTES = frozenset(("lang", "charset", "http-equiv", "content", "dir"))
FORMULAS = tuple("=+-@\t\r\N{FULLWIDTH EQUALS SIGN}")


class Page(HTMLParser):
    """What a browser would make of a page: the elements, their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def read_csv(data: bytes | str) -> list[list[str]]:
    text = data.decode() if isinstance(data, bytes) else data
    return list(csv.reader(io.StringIO(text, newline="")))


def assert_plain_csv(text: str) -> None:
    """Nothing in it is computed by a spreadsheet or obeyed by a terminal."""
    for row in read_csv(text):
        assert [one for one in row if one.startswith(FORMULAS)] == []
    assert list(obeyed(text.replace("\r\n", "\n"))) == []


def assert_plain_page(text: str) -> Page:
    found = Page(text)
    assert found.tags <= TAGS
    assert found.attributes <= ATTRIBUTES
    assert found.comments == []
    assert list(obeyed(text)) == []
    return found


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The reports of a morning, by their names."""
    folder = tmp_path_factory.mktemp("reports")
    export(played(folder / "hub.journal"), folder / "out", Wishes())
    return bytes_of(folder / "out" / "reports")


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# What they tell


def test_a_communications_log_has_the_columns_of_ics_309_and_a_row_for_each_addressee(
    reports: dict[str, bytes],
) -> None:
    found = table(reports["ics-309.csv"])
    assert list(found[0])[:6] == ["Date/Time", "From", "Origin ID", "To", "Destination ID", "Subject"]
    asked, south, icp, back = found[1:5]
    assert (asked["From"], asked["Origin ID"], asked["Message"]) == ("north", "M-1", "Gauge at 4.1 m")
    assert [(one["To"], one["Subject"]) for one in (south, icp)] == [("south", "Gauge"), ("icp", "Gauge")]
    assert (back["From"], back["To"], back["Destination ID"]) == ("south", "north", "M-1")


def test_a_communications_log_can_be_entered_elsewhere_as_it_is(reports: dict[str, bytes]) -> None:
    found = list(late_rows(reports["ics-309.csv"].decode(), "radio"))
    written = table(reports["ics-309.csv"])
    assert [one.centre for one in found] == [one["From"] for one in written]
    assert len({one.id for one in found}) == len(found), "no two rows are taken for one"
    assert found[1].act.text == "Gauge at 4.1 m [M-1]"
    assert found[1].act.subject == "Gauge"


def test_what_is_late_stands_where_it_happened_and_says_when_it_was_written(reports: dict[str, bytes]) -> None:
    for name in ("ics-309.csv", "log.csv"):
        found = table(reports[name])
        assert [one["Date/Time"] for one in found] == sorted(one["Date/Time"] for one in found)
        (late,) = (one for one in found if one["Late, written"])
        assert "Said before it was written" in str(late)
        assert late["Date/Time"] == "2026-11-22T13:00:05Z"
        assert late["Late, written"] > late["Date/Time"]
        assert found.index(late) < next(place for place, one in enumerate(found) if "South has heard" in str(one))


def test_the_decision_log_has_orders_refusals_and_why(reports: dict[str, bytes]) -> None:
    order, refused, decision = table(reports["decisions.csv"])
    assert (order["Number"], order["Reason"], order["Outcome"]) == ("O-1", "Gauge above 4 m", "in force")
    assert order["By"] == "Lee Marsh (lee)"
    assert refused["Decision"].startswith("REFUSED ORDER SHELTER area/north")
    assert refused["Reason"] == "roads flooded"
    assert refused["Outcome"].startswith("refused; contradiction: O-1 EVACUATE area/north")
    assert refused["Outcome"].endswith("(against O-1)")
    assert decision["Decision"] == "We stay at the weir"
    assert (decision["Reason"], decision["Options"]) == ("The road holds", "go | stay")


def test_each_centre_has_its_activity_log(reports: dict[str, bytes]) -> None:
    (name,) = (name for name in reports if name.endswith("-north.csv"))
    found = read_csv(reports[name])
    blocks = [row[0] for row in found[: found.index([])]]
    assert [block.partition(" ")[0] for block in dict.fromkeys(blocks)] == ["1", "2", "3", "4", "5", "6", "8"]
    assert ["6 Resources assigned", "Nia Ford, operator, north"] in found
    told = "\n".join(row[1] for row in found[found.index([]) + 2 :])
    for part in ("Gauge at 4.1 m", "EVACUATE area/north", "Said before it was written"):
        assert part in told


def test_a_period_cuts_the_reports_and_not_the_log(tmp_path: Path) -> None:
    journal = played(tmp_path / "hub.journal")
    wanted = Period(START + timedelta(seconds=1), START + timedelta(seconds=20))
    done = export(journal, tmp_path / "out", Wishes(period=wanted))
    found = table(bytes_of(tmp_path / "out")["reports/log.csv"])
    assert [one["Date/Time"][-4:] for one in found] == [":05Z", ":10Z"], "the late one belongs to it"
    assert verify.replay(tmp_path / "out").seq == done.head.seq


@pytest.mark.parametrize("text", ["noon", "2026-11-22T06:00:00Z", "2026-11-22T06:00:00Z/2026-11-22T06:00:00Z", "x/y"])
def test_a_period_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"period|time|later"):
        period(text)


# What a text cannot do


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every hostile text in every field that somebody writes."""
    folder = tmp_path_factory.mktemp("hostile")
    with Journal.create(folder / "hub.journal") as journal:
        run = Operation(journal)
        for text in filter(kept, TEXTS):
            name, line = text[:128], text[:512]
            said = OnRecord(means=name, words=text, hand=name)
            form = acts.Form(name=name, fields={name: text})
            message = acts.Message(precedence="ROUTINE", text=text, subject=line, form=form, wants_reply=True)
            sent = run.do("nia", message, said)
            run.do("lee", acts.Relay(ref=sent, to=("south",), text=text))
            run.do("lee", acts.DecisionNote(text=text, rationale=text, options=(text, text)))
            run.do("lee", acts.Order(verb="DIRECT", subject=line, to=("north",), text=text, authority=line))
            run.do("sol", acts.Order(verb=name, subject=line, to=("north",), text=text))
            run.do("sol", acts.Note(text=text))
    export(folder / "hub.journal", folder / "out", Wishes())
    return folder / "out"


def csvs(out: Path) -> Iterator[str]:
    return (data.decode() for name, data in bytes_of(out).items() if name.endswith(".csv"))


def test_no_report_of_hostile_texts_holds_more_than_text(hostile: Path) -> None:
    for text in csvs(hostile):
        assert_plain_csv(text)
    shown = assert_plain_page(bytes_of(hostile)["reports/report.html"].decode())
    words = "\0".join(shown.words)
    for text in filter(kept, TEXTS):
        assert plain(text) in words, ascii(text)


def test_a_cell_that_a_spreadsheet_would_compute_is_a_text_that_says_the_same(hostile: Path) -> None:
    (log,) = (data for name, data in bytes_of(hostile).items() if name.endswith("decisions.csv"))
    reasons = {row["Reason"] for row in table(log)}
    for text in filter(kept, CELLS):
        said = plain(text)
        assert (f"'{said}" if said.startswith(FORMULA) else said) in reasons


@given(st.lists(st.text(), min_size=3, max_size=3))
def test_any_row_of_any_texts_stays_a_row_of_texts(cells: list[str]) -> None:
    sheet = Sheet("x", cells[0], ("a", "b", "c"), [tuple(cells)], facts=((cells[1], cells[2]),))
    written = as_csv(sheet)
    assert_plain_csv(written)
    assert [len(row) for row in read_csv(written)] == [2, 0, 3, 3]
    shown = assert_plain_page(page(cells[0], ((cells[1], cells[2]),), [sheet]))
    assert plain(cells[2]) in "\0".join(shown.words)


def test_names_of_files_are_the_programs_whatever_a_centre_is_called(tmp_path: Path) -> None:
    """A roster that no hub would take, in a log that somebody forged."""
    roster = msgspec.json.decode(ROSTER.read_bytes(), type=Roster)
    names = [*PATHS, "=1+1", "CON", "<b>", "north", "NORTH"]
    centres = tuple(replace(roster.centres[0], id=name, name=name) for name in names)
    entries = [Entry(seq=1, at=START, kind="open", by=HUB, body=hubacts.Open(roster=replace(roster, centres=centres)))]
    entries += [
        Entry(seq=seq, at=START, kind="note", by="nia", centre=name, body=acts.Note(text="x"))
        for seq, name in enumerate(names, start=2)
    ]
    with Journal.create(tmp_path / "hub.journal") as journal:
        journal.submit(rows(entries, GENESIS))
    export(tmp_path / "hub.journal", tmp_path / "out", Wishes())
    found = [name for name in bytes_of(tmp_path / "out") if "ics-214" in name]
    assert len(found) == len(names)
    assert all(re.fullmatch(r"reports/ics-214-\d\d(-[a-z0-9-]{1,40})?\.csv", name) for name in found), found
    assert verify.replay(tmp_path / "out").whole
