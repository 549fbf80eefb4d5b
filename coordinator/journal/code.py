"""The short code of a head: what is printed on paper, read aloud over a radio, and compared with the log later."""

GROUPS, LETTERS = 4, 4


def short(digest: str) -> str:
    """The first sixteen letters of a digest, in groups of four: `3f2a-91bc-77d0-0e4c`."""
    return "-".join(digest[place * LETTERS : (place + 1) * LETTERS] for place in range(GROUPS))
