"""Texts that try to be more than text: what a terminal would obey, what turns, hides, or pretends."""

import unicodedata
from collections.abc import Iterator

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"]
TURNING = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
HIDING = list("\u00ad\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff\u180e\ufff9\ufffa\ufffb\U000e0001\U000e0041")
BREAKING = ["\u2028", "\u2029", "\x0b", "\x0c", "\x85"]
NOTHING = ["\u0378", "\U000e0fff", "\uffff", "\ufdd0", "\U0010fffe"]
SEQUENCES = [
    "\x1b[2J", "\x1b[31mred", "\x1b]0;title\x07", "\x1b]52;c;aGVsbG8=\x07", "\x1b]8;;http://x\x07y\x1b]8;;\x07",
    "\x1bP+q544e\x1b\\", "\x1b[?1049l", "\x1b[6n", "\x1bc", "\x1b[1;1H", "\x1b]1337;File=:\x07", "\x1b_apc\x1b\\",
    "\x1b[200~pasted\x1b[201~", "\x1b[?1000h", "\x1b(0lqqk", "\x0e", "\x0f", "\x9b31m", "\x9d0;title\x9c", "\x90q\x9c",
    "\x8f", "a\rb", "a\x08b", "\x07\x07\x07", "\x1b[3J\x1b[H", "\x1b#8", "\x1b[!p", "\x18", "\x1a",
]  # fmt: skip
MARKUP = [
    "[bold red]x[/]", "[/]", "[@click=app.quit]x[/]", "[link=http://x]y[/link]", "[", "]", "[[", "\\[", "[/bold",
    "[on red]", "$text", "[@click='app.bell']x[/]", "<b>x</b>", "{x}", "{0}", "%s%n", "%(x)s", "`x`", ":bomb:",
    "${HOME}", "$(id)", "[reverse][blink]x", "[conceal]x[/conceal]", "[$accent]x[/]", "[#ff0000]x", "[not bold]x",
    "[!]", "[]",
]  # fmt: skip
LETTERS = [
    "\u0430ccept", "\u0391CCEPT", "\uff21\uff23", "\U0001d400\U0001d401", "O\u0327-12", "\u01c3", "l1I|", "O0",
    "\u2024", "\uff0f", "\u2215", "north\u2044zone", "\u3164", "\u115f", "\u2800", "\u00a0", "\u2003", "\u3000",
]  # fmt: skip
STORMS = [
    "Z" + "\u0300\u0301\u0302\u0303" * 20, "a" + "\u0488" * 50, "\u0e19" + "\u0e49" * 40, "\u0301" * 30,
    "x\u20dd\u20de\u20df\u20e0" * 9, "\u0644\u0627\u064b" * 30, "\u1100" * 40, "\u0bcd" * 40,
]  # fmt: skip
WIDE = [
    "\u6f22" * 200, "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 20, "\U0001f1e9" * 41,
    "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\u2764\ufe0f" * 40, "\u2764\ufe0e" * 40, "\ufe0f" * 40, "\u200d" * 40,
    "\U0001f44d\U0001f3ff" * 30, "\ufdfd" * 20, "\u2e3b" * 20, "x" * 4000, "\u05d0\u05d1\u05d2 abc \u05d3" * 20,
]  # fmt: skip
CELLS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")', "'=1", '"quoted"',
    "a,b", "a;b", "a\nb", "-", "=", "+", "@",
]  # fmt: skip
PATHS = [
    "../../etc/passwd", "/etc/passwd", "..", ".", "", "a/../b", "a//b", "~root", "C:\\x", "\\\\x\\y", "x\0y", "con",
    "-rf", "--help", "a" * 300, "file:///x", "unix:/x", "%2e%2e/", "|id", ";id", "$(id)", "`id`", "a b", "*",
]  # fmt: skip
QUERIES = [
    '"', '""', '"""', "*", "**", "a*", "NEAR(a b)", "a AND b", "OR", "NOT", "a NOT", "(", ")", "()", "words:a", "-a",
    "^a", "a + b", "{a b}: c", "'; DROP TABLE entries; --", "' OR 1=1", "%", "_", "a" * 500, '"' * 100, "\\", "a\\b*",
    "\u0000".replace("\0", "nul"), "search MATCH 'x'", "rowid:1", "a:b:c", "col : x", '^"', '"a" * "b"', "~", "@",
    "\u0301", "\u6f22*", "AND AND AND", "NEAR", "NEAR/", "NEAR(a,b,9999999999)", ",", ".", ";", "?", "!",
]  # fmt: skip

TEXTS = [
    *(f"a{char}b" for char in (*CONTROLS, *TURNING, *HIDING, *BREAKING, *NOTHING)),
    *SEQUENCES, *MARKUP, *LETTERS, *STORMS, *WIDE, *CELLS, *PATHS,
]  # fmt: skip
"""Each of them ends in a screen somewhere, if anybody lets it."""


def obeyed(text: str) -> Iterator[str]:
    """What of an output a terminal would obey or be turned by, or nobody could see."""
    for char in text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cs", "Cn", "Zl", "Zp"):
            yield f"U+{ord(char):04X}"
        elif char in TURNING or char == "\ufeff":
            yield f"U+{ord(char):04X} turns"


def kept(text: str) -> bool:
    """Whether a log line can hold it at all: composed, and no half characters."""
    return unicodedata.is_normalized("NFC", text) and not any(unicodedata.category(char) == "Cs" for char in text)
