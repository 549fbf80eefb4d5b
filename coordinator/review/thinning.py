"""What an export leaves out: lines that somebody may not see, and lines that are redacted; each becomes its digest.

Law: the words of a redacted line go wherever they stand: an entry that holds them too is redacted with it, be it that
the hub quoted them (a briefing, a matter taken up again) or that somebody said them once more.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile

import msgspec

from coordinator.incident.entries import Entry
from coordinator.incident.ruling import resolve
from coordinator.incident.visibility import audience, tokens
from coordinator.journal.lines import digest
from coordinator.journal.withheld import Withheld
from coordinator.review.history import History

FREE = frozenset("text rationale reason alternative briefing options words fields subject".split())
"""The fields that people write in."""
GROUND = ("area/", "route/", "resource/")
"""How a subject of the roster begins: a name, and nobody's words."""
QUOTED = frozenset(("offer", "recall"))
"""The kinds in which the hub quotes: there the shortest words count."""
SHORT = 8
"""Letters below which words are only looked for where the hub quotes: everybody says "ok"."""
BEGINNING = 40
"""Letters of a text that tell it: the hub quotes beginnings."""


class Refused(Exception):
    """It cannot be left out: why, and what to do."""


def numbers(history: History, refs: Mapping[str, str]) -> dict[int, str]:
    """Refs (`214`, `#214`, `M-12`) with their reasons, by entry number. Raises Refused."""
    found: dict[int, str] = {}
    for ref, reason in refs.items():
        name = ref.removeprefix("#")
        if name.isdecimal():
            seq: int | None = int(name)
        else:
            seq = resolve(history.state, ref) if history.state is not None else None
        if seq is None or not 0 < seq <= history.head.seq:
            raise Refused(f"there is no entry '{ref}' in this log; name it by its number, or as M-12")
        if seq == 1:
            raise Refused("entry 1 is the roster, on which everything stands; it cannot be redacted")
        found[seq] = reason
    return found


def hidden(history: History, operator: str) -> dict[int, str]:
    """The entries that an operator may not see at the log's end, with the reason. Raises Refused."""
    state = history.state
    if state is None or len(history.entries) < len(history.records):
        raise Refused("who may see what can only be told from a whole log; this one has lines withheld already")
    if operator not in state.roster.ground.operators:
        raise Refused(f"there is no operator '{operator}'; there are {', '.join(state.roster.ground.operators)}")
    mine, reason = tokens(state, operator), f"not for {operator}"
    return {entry.seq: reason for entry in history.entries if mine.isdisjoint(audience(state, entry))}


def redacted(history: History, reasons: Mapping[int, str]) -> dict[int, str]:
    """These entries, and all that hold their words too, with the reasons. Raises Refused."""
    try:
        return {**reasons, **_repeating(history, reasons)} if reasons else {}
    except RecursionError:
        raise Refused("an entry of this log lies too deep to be searched for the words of others") from None


def _repeating(history: History, reasons: Mapping[int, str]) -> dict[int, str]:
    """The other entries that hold words of these."""
    found: dict[int, str] = {}
    entries = history.entries
    told = [(entry, _haystack(entry)) for entry in entries if entry.seq > 1]
    for entry in entries:
        if entry.seq in reasons:
            needles = frozenset(_needles(entry)) - {""}
            for other, words in told:
                if other.seq not in reasons and _repeats(other, words, needles, entry.found.number):
                    found.setdefault(other.seq, f"holds words of entry {entry.seq}: {reasons[entry.seq]}"[:512])
    return found


def thinned(history: History, reasons: Mapping[int, str]) -> Iterator[bytes]:
    """The lines, those of these entries as digests. What is withheld already stays as it is."""
    for line, record in zip(history.lines, history.records, strict=True):
        if isinstance(record, Withheld) or record.seq not in reasons:
            yield line
        else:
            yield Withheld(digest=digest(line), reason=reasons[record.seq], seq=record.seq).line


def _needles(entry: Entry) -> Iterator[str]:
    """What people wrote in an entry: each text whole, and as it begins."""
    for text in _free(json.loads(msgspec.json.encode({"body": entry.body, "words": entry.words})), free=False):
        if whole := _plain(text):
            yield whole
            yield _plain("".join(takewhile(str.isprintable, text.strip())))[:BEGINNING].strip()


def _free(value: object, *, free: bool) -> Iterator[str]:
    """What people wrote in a body, however deep."""
    if isinstance(value, str):
        if free and not value.startswith(GROUND):
            yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _free(part, free=free or key in FREE)
    elif isinstance(value, list):
        for part in value:
            yield from _free(part, free=free)


def _haystack(entry: Entry) -> str:
    """All that an entry says."""
    return _plain(" \0 ".join(_strings(json.loads(msgspec.json.encode(entry)))))


def _strings(value: object) -> Iterator[str]:
    """Every text in it; a text that is JSON itself (a matter taken up again), read as that too."""
    if isinstance(value, str):
        yield value
        if value.startswith("{"):
            try:
                yield from _strings(json.loads(value))
            except (ValueError, RecursionError):
                return
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _repeats(entry: Entry, words: str, needles: frozenset[str], number: str) -> bool:
    """Whether an entry says one of these texts, or is a briefing that names the number of what held them."""
    quotes = entry.kind in QUOTED
    named = entry.kind == "offer" and number and number.casefold() in words.replace(",", " ").split()
    return bool(named) or any(needle in words for needle in needles if quotes or len(needle) >= SHORT)


def _plain(text: str) -> str:
    """Text as words are compared: on one line, in small letters; a line break that was quoted is one too."""
    return " ".join(text.replace("\\n", " ").replace("\\", "").split()).casefold()
