"""A report as a sheet: a head and rows of plain cells, written as CSV or as a table of a page.

Law: a cell is text and never more. On one line, nothing in it that a terminal obeys; in CSV nothing that a spreadsheet
would take for a formula; in HTML nothing that a browser would take for markup.
"""

import csv
import io
from collections.abc import Iterable
from html import escape
from itertools import compress

from msgspec import Struct

from coordinator.review.lines import plain

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet computes; some take the wide letters of East Asia for the same."""

Row = tuple[str, ...]


class Sheet(Struct, frozen=True):
    """A report. `name` is its file's, and ours; `facts` are what stands above the rows, as label and value."""

    name: str
    title: str
    head: Row
    rows: list[Row]
    facts: tuple[tuple[str, str], ...] = ()


def cell(text: str) -> str:
    """A cell of a CSV file: whoever opens it sees text."""
    said = plain(text)
    return f"'{said}" if said.startswith(FORMULA) else said


def as_csv(sheet: Sheet) -> str:
    """The sheet as CSV (RFC 4180): its facts, if it has any, an empty line, the head, the rows."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if sheet.facts:
        writer.writerows([cell(part) for part in fact] for fact in sheet.facts)
        written.write("\r\n")
    writer.writerow(sheet.head)
    writer.writerows([cell(part) for part in row] for row in sheet.rows)
    return written.getvalue()


STYLE = """
body { font: 11pt/1.35 sans-serif; margin: 1.5em; color: #000; background: #fff; }
h1 { font-size: 1.4em; } h2 { font-size: 1.15em; margin: 1.6em 0 0.4em; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th, td { border: 1px solid #888; padding: 2px 5px; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; } tr { break-inside: avoid; }
dt { font-weight: bold; } dd { margin: 0 0 0.2em 1em; }
@media print { body { margin: 0; } section { break-before: page; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""For the browser: nothing is fetched, and nothing runs."""


def page(title: str, facts: Iterable[tuple[str, str]], sheets: Iterable[Sheet]) -> str:
    """All sheets as one page of HTML that needs nothing beside itself."""
    parts = [
        "<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{_text(title)}</h1>", _facts(facts),
    ]
    for sheet in sheets:
        parts += [f"<section><h2>{_text(sheet.title)}</h2>", _facts(sheet.facts), _table(sheet), "</section>"]
    return "\n".join([*parts, "</body></html>", ""])


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f'<dt>{_text(label)}</dt><dd dir="auto">{_text(value)}</dd>' for label, value in facts)
    return f"<dl>{rows}</dl>" if rows else ""


def _table(sheet: Sheet) -> str:
    """The rows, without the columns in which nothing stands."""
    if not sheet.rows:
        return "<p>Nothing.</p>"
    used = [any(row[place] for row in sheet.rows) for place in range(len(sheet.head))]
    head = "".join(f"<th>{_text(part)}</th>" for part in compress(sheet.head, used))
    rows = "\n".join(f"<tr>{''.join(map(_cell, compress(row, used)))}</tr>" for row in sheet.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _cell(text: str) -> str:
    """Writing that runs from right to left turns its own cell only."""
    return f"<td>{_text(text)}</td>" if text.isascii() else f'<td dir="auto">{_text(text)}</td>'


def _text(text: str) -> str:
    return escape(plain(text), quote=True)
