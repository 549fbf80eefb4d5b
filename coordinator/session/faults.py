"""What can go wrong between a session and its hub, each as a sentence for the person at the keyboard."""


class Fault(Exception):
    """Something a session cannot mend by trying again."""


class BadAddress(Fault):
    """The hub's address cannot be read, or leads where this version does not go."""


class NotAdmitted(Fault):
    """The hub does not know this operator, or lets nobody in by that door."""


class OtherVersion(Fault):
    """Hub and client do not speak the same version of the protocol."""


class ForkedLog(Fault):
    """The hub's log and the copy kept here differ in an entry that both have. They are never merged."""


class OtherOperation(Fault):
    """Another operation is at that address now; what was written for the former one is not sent to it."""


class Broken(Fault):
    """Something failed here that should not have: a full disk, or a mistake in the program."""


class NeverMet(Fault):
    """Nothing can be kept for a hub that was never reached: whose operation it is, is not known yet."""


class HubSaid(Fault):
    """The hub answered a question with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unreachable(Fault):
    """The hub did not answer in the time given."""
