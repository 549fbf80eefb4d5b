"""Filling a form at a terminal: each field that was not given is asked for, by its label; Enter leaves it out."""

from collections.abc import Mapping

import click

from coordinator.cli.options import at_terminal
from coordinator.review.forms import FORMS


def prompted(named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The words with a known form's fields asked for, where somebody sits at a terminal and gave none of them."""
    name = named["form"][-1]
    form = FORMS.get(name.upper())
    if form is None or named.get("field") or not at_terminal():
        return dict(named)
    click.echo(f"{form.title} (Enter leaves a field out)", err=True)
    answers = {
        field: str(click.prompt(f"  {label}", default="", show_default=False)) for field, label in form.fields.items()
    }
    filled = [f"{field}={answer}" for field, answer in answers.items() if answer.strip()]
    return {**named, "form": [name.upper()], "field": filled}
