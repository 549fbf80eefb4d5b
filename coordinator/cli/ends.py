"""How a command ends: one exit code for each way, and one line that says what to do."""

DONE = 0
USAGE = 2
REFUSED = 3
OUT_OF_REACH = 4
NOT_VERIFIED = 5
FAILED = 70
INTERRUPTED = 130


class End(Exception):
    """The command ends here: with a code, and a line for standard error (empty: all is said already)."""

    def __init__(self, code: int, line: str = "") -> None:
        super().__init__(line)
        self.code = code
        self.line = line


class Usage(End):
    """The command makes no sense as it was typed."""

    def __init__(self, line: str) -> None:
        super().__init__(USAGE, line)
