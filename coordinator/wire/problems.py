"""What can be wrong with what a client sends: the stable codes of `error` frames."""

from typing import Literal

Problem = Literal[
    "malformed",
    "too-large",
    "too-deep",
    "too-fast",
    "text",
    "id-reused",
    "not-admitted",
    "version",
    "forked",
    "storage",
]
"""The stable codes of `error` frames; docs/protocol.md says what each means."""


LONGEST = 300
"""Characters of a message; what it quotes may be any length."""


class WireError(Exception):
    """A frame that cannot be taken. `id` is the command's, where the frame was one and had a readable one."""

    def __init__(self, code: Problem, message: str, id: str = "", n: int | None = None) -> None:
        message = message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
        super().__init__(message)
        self.code: Problem = code
        self.message = message
        self.id = id
        self.n = n
