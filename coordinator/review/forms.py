"""The forms of the field: which fields each has, and how a filled one is printed. FIELD "Forms".

A message carries a form's fields as fields; a message without one prints as an ICS-213 General Message.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from coordinator.incident.state import Message, Relayed, Said, State
from coordinator.incident.times import stamp


class FormKind(Struct, frozen=True):
    """A form: its title, and its fields in order with the label that each is printed under."""

    title: str
    fields: Mapping[str, str]


FORMS: dict[str, FormKind] = {
    "METHANE": FormKind(
        "METHANE report",
        {
            "major": "Major incident declared",
            "location": "Exact location",
            "type": "Type of incident",
            "hazards": "Hazards, present and potential",
            "access": "Access and egress",
            "casualties": "Number and severity of casualties",
            "services": "Emergency services present and required",
        },
    ),
    "ETHANE": FormKind(
        "ETHANE report (not, or not yet, a major incident)",
        {
            "location": "Exact location",
            "type": "Type of incident",
            "hazards": "Hazards, present and potential",
            "access": "Access and egress",
            "casualties": "Number and severity of casualties",
            "services": "Emergency services present and required",
        },
    ),
    "SITREP": FormKind(
        "Situation report",
        {
            "situation": "Situation",
            "actions": "Actions taken",
            "planned": "Actions planned",
            "resources": "Resources",
            "needs": "Needs",
            "forecast": "Forecast",
        },
    ),
    "ICS-213RR": FormKind(
        "Resource Request (ICS-213RR)",
        {
            "quantity": "Qty",
            "kind": "Kind",
            "type": "Type",
            "description": "Detailed description",
            "requested": "Requested time",
            "estimated": "Estimated time",
            "location": "Delivery/reporting location",
            "substitutes": "Substitutes/sources",
            "requested_by": "Requested by",
            "priority": "Priority",
            "approval": "Section chief approval",
            "logistics": "Logistics",
            "finance": "Finance",
        },
    ),
    "MAYDAY": FormKind("MAYDAY", {"who": "Who", "where": "Where", "what": "What happened", "needs": "Needs"}),
    "WITHDRAW": FormKind("WITHDRAW", {"who": "Who", "where": "From where", "to": "To where", "why": "Why"}),
}


def printed(state: State, message: Message) -> Iterator[str]:
    """A message as its form, with the blocks of ICS-213 around it."""
    roster = state.roster
    form = FORMS.get(message.form.name.upper()) if message.form is not None else None
    yield from _head(form.title if form is not None else "General Message (ICS-213)")
    yield f" 1 Incident name  {roster.operation.name} ({roster.operation.kind.upper()})"
    yield f" 2 To             {', '.join(_place(state, centre) for centre in message.to) or 'Point of Contact'}"
    yield f" 3 From           {_person(state, message.by)}, {_place(state, message.centre)}"
    yield f" 4 Subject        {message.subject or '-'}"
    yield f" 5 Date, 6 time   {stamp(message.said_at or message.at)}   No. {message.number}   {message.precedence}"
    yield " 7 Message"
    yield from (f"   {line}" for line in message.text.splitlines())
    yield from _fields(message, form)
    yield f" 8 Approved by    {_approval(state, message)}"
    yield from _replies(state, message)


def _head(title: str) -> Iterator[str]:
    yield title
    yield "-" * len(title)


def _fields(message: Message, form: FormKind | None) -> Iterator[str]:
    if message.form is None:
        return
    labels = form.fields if form is not None else {}
    for name, label in labels.items():
        yield f"   {label}: {message.form.fields.get(name, '-')}"
    for name, value in message.form.fields.items():
        if name not in labels:
            yield f"   {name}: {value}"


def _approval(state: State, message: Message) -> str:
    relays: tuple[Relayed, ...] = message.relays
    if not relays:
        return "-"
    desk = state.roster.ground.scopes.get(message.scope)
    passed_on = "; ".join(f"{', '.join(relay.to)} {stamp(relay.at)}" for relay in relays)
    return f"{desk.name if desk is not None else message.scope} desk, relayed to {passed_on}"


def _replies(state: State, message: Message) -> Iterator[str]:
    said: list[Said] = [one for one in message.said if one.text]
    if not said:
        yield " 9 Reply          -"
    for one in said:
        yield f" 9 Reply          {one.text}"
        yield f"10 Replied by     {_person(state, one.by)}, {_place(state, one.centre)}, {stamp(one.at)}"


def _person(state: State, operator: str) -> str:
    found = state.roster.ground.operators.get(operator)
    return found.name if found is not None else operator


def _place(state: State, centre: str) -> str:
    found = state.roster.ground.centres.get(centre)
    return found.name if found is not None else centre
