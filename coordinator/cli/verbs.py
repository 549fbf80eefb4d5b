"""One click command for each `do` of FORMATS, made from the table of words and the acts' own fields."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from coordinator.cli import config
from coordinator.cli.ends import Usage
from coordinator.cli.filling import prompted
from coordinator.cli.options import at_terminal, hub_options
from coordinator.session import saying
from coordinator.session.words import WORDS, Slot, called, spoken

RECORD_HELP = {
    "centre": "Said on behalf of this centre.",
    "means": "How it was said: radio, phone, runner, face.",
    "said_at": "When it was said: a time, or -10m for ten minutes ago.",
    "words": "The words as they were said.",
    "hand": "Who sits at the keyboard, where that is somebody else.",
}
TYPES = {
    "names": "A,B", "refs": "REF,…", "ref": "REF", "count": "N", "moment": "TIME", "json": "JSON", "text": "TEXT",
    "texts": "TEXT",
}
READ_FROM = frozenset(("orders", "steps"))
"""Main fields that are JSON: given as such, as a file's name, or as - for standard input."""


def verb(do: str) -> click.Command:
    """The command of one `do`."""
    word = WORDS[do]
    main = " ".join(f"[{name.upper()}]" for name in word.main)
    return click.Command(
        called(do),
        params=[
            click.Argument(["main"], nargs=-1, metavar=main), *_fields(do), *_record(), *_sending(), *hub_options()
        ],
        callback=lambda **given: _call(do, given),
        help=word.help,
        epilog=f"Example:  coordinator {word.example}",
    )


def _fields(do: str) -> list[click.Parameter]:
    return [_option(do, place) for place in spoken(do)]


def _option(do: str, place: Slot) -> click.Option:
    names = [f"f_{place.name}", place.flag]
    if place.kind == "flag":
        return click.Option(names, is_flag=True)
    metavar = "|".join(place.choices) if place.choices else TYPES.get(place.kind, "TEXT")
    if place.name in ("form", "field"):
        metavar = "NAME|JSON" if place.name == "form" else "NAME=TEXT"
    default = WORDS[do].defaults.get(place.name)
    needed = "Needed." if place.required and not default else ""
    return click.Option(names, multiple=True, metavar=metavar, help=f"Else {default}." if default else needed)


def _record() -> list[click.Parameter]:
    return [
        click.Option([f"r_{name}", f"--{name.replace('_', '-')}"], metavar="TEXT", help=text)
        for name, text in RECORD_HELP.items()
    ]


def _sending() -> list[click.Parameter]:
    return [
        click.Option(["--basis"], type=click.IntRange(min=0), metavar="SEQ", help="The last entry that you have seen."),
        click.Option(["--term"], multiple=True, metavar="SCOPE=N", help="A term of duty that you believe to hold."),
        click.Option(["--id"], metavar="ID", help="Your own id: sent again with the same one, the same answer comes."),
        click.Option(
            ["--check/--no-check"], default=None,
            help="Show first what stands against it (facts, orders, an answer given); at a terminal, the default.",
        ),
        click.Option(
            ["--folder"], type=Path, metavar="DIR",
            help="Keep what cannot be sent, and send it later.  [COORDINATOR_FOLDER]",
        ),
    ]


def _call(do: str, given: Mapping[str, object]) -> None:
    now = datetime.now(UTC)
    words = {name: value for name, value in given.items() if name.startswith("f_") and value not in ((), False, None)}
    named = {name[2:]: _strings(value) for name, value in words.items()}
    main = _strings(given["main"])
    if set(WORDS[do].main) & READ_FROM:
        main, named = _read_json(do, main, named)
    main, named = [_piped(word) for word in main], {name: [_piped(one) for one in all] for name, all in named.items()}
    if do == "message" and "form" in named:
        named = prompted(named)
    try:
        act = saying.build(do, main, named, now)
        around = {name[2:]: str(value) for name, value in given.items() if name.startswith("r_") and value is not None}
        record = saying.record(around, now)
        terms = saying.terms(_strings(given["term"]))
    except saying.Usage as wrong:
        raise Usage(str(wrong)) from None
    from coordinator.cli.common import to
    from coordinator.cli.submit import Submission, submit

    basis, id, folder = given["basis"], given["id"], given["folder"]
    submit(
        Submission(
            to=to(_text(given["hub"]), _text(given["as_"]), _number(given["wait"])), act=act, record=record,
            basis=basis if isinstance(basis, int) else None, terms=terms, id=_text(id),
            folder=config.kept(folder if isinstance(folder, Path) else None), as_json=bool(given["as_json"]),
            check=at_terminal() if given["check"] is None else bool(given["check"]),
        )
    )


def _piped(word: str) -> str:
    """A text as it was given; of `-`, what stands on standard input."""
    return sys.stdin.read().rstrip("\n") if word == "-" else word


def _read_json(
    do: str, main: list[str], named: dict[str, list[str]]
) -> tuple[list[str], dict[str, list[str]]]:
    """The JSON behind a file's name; a package may be its orders alone, or an object with `orders` and `supersedes`."""
    field = WORDS[do].main[0]
    where = (named.get(field) or main or [""])[0]
    if not where:
        raise Usage(f"{called(do)} needs a JSON file, or - for standard input")
    try:
        return [], named | saying.document(do, field, _contents(where))
    except saying.Usage as wrong:
        raise Usage(str(wrong)) from None


def _contents(where: str) -> str:
    if where.lstrip()[:1] in ("[", "{"):
        return where
    try:
        return sys.stdin.read() if where == "-" else Path(where).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Usage(f"{where} cannot be read: {getattr(wrong, 'strerror', None) or 'it is not UTF-8 text'}") from None


def _strings(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [str(part) for part in value]
    return ["true"] if value is True else [str(value)]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None
