"""What a hub's process does about garbage, so that no pass of the collector is felt.

What is immutable is never in a cycle and not shown to the collector (`gc=False`); what is there when the hub begins to
serve, its modules and the restored state's maps, stays for good; of the rest there is little, and it is looked at less.
"""

import gc

YOUNG = 10_000
"""New objects between two looks at them; the interpreter's own 700 is one look for every few commands."""


def settle() -> None:
    """Called once, when a hub's process has started and is about to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
