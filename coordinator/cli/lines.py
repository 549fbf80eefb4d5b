"""An entry as a line of text, and text that a terminal does not obey: told in `review`, where reports need them too."""

from coordinator.review.lines import clock, plain, shown, told, what, who

__all__ = ["clock", "plain", "shown", "told", "what", "who"]
