"""A second reading of DESIGN 8, with the duty it needs: lists, loops and copies, so that it can be checked by eye.

Law: derived from the design and the formats alone, never from the core. It takes commands in order and says what
must come of each. Entries have numbers of its own: the opening is 1, then each accepted command makes one, a package
one more for each order, a refusal one, and one more where it becomes a proposal. What the hub notes by itself (such as
a window that ends) has no number here.

Where the design leaves a choice, a reading is taken and named in READINGS. A verdict that rests on a reading which
another careful reader might not share says so in `doubt`; drills that are written for others avoid those.
"""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from tests.oracle.ground import DIRECT, Ground, Holding, Window, encloses, overlap

READINGS = {
    "except-below": (
        "'an except that does not lie below the subject': the subject itself is not below itself, so it is "
        "malformed; an except that the roster does not know is an unknown subject (first rule)"
    ),
    "window-past": (
        "'window already past': until <= now with no from, or with a from before it; only until <= from is malformed"
    ),
    "scope-concerned": (
        "'stale-term ... in the scope concerned': the scope whose mandate covers the order, or whose order, "
        "proposal or desk the command is about; not the scopes of further orders in `supersedes`"
    ),
    "stale-before-authority": ("an ex-holder with an old term gets stale-term before no-authority, for every command"),
    "no-authority-clashes": (
        "'none, or the other scope's orders': the superseded orders of scopes, other than the order's own, "
        "that the author does not hold"
    ),
    "proposal-desk": (
        "'the desk whose mandate it is or whose order it would supersede': the mandate's, unless the author "
        "holds that; then the first superseded order's whose scope they do not hold; the default's, where "
        "there is no mandate"
    ),
    "both-authorities": (
        "'its holder issuing it is authority for both': for the mandate and the superseded orders of the "
        "proposal as it was proposed; what `issue` adds needs holding as ever"
    ),
    "package-cut": (
        "'in a package, at the earliest start' is for the package's own supersedes; an order's own supersedes"
        " end at that order's start"
    ),
    "package-event": (
        "for stale-basis a package's own supersedes cut by the package entry, an order's own by that order's"
    ),
    "basis-of-release": "'never clashes' frees a releasing order from the claim rules, not from stale-basis",
    "basis-of-direct": ("DIRECT has no control; of stale-basis only 'one that this order supersedes' can apply to it"),
    "emptied-reservation": ("a reservation superseded from before its own start has nothing left, and is over at once"),
    "all-facts": ("one failing rule names all its clashes: every fact that makes `precondition` fail adds its entry"),
    "over-fact": (
        "the fact by which a ref is over: the entry that ended it; where its window ended, the hub's entry of"
        " that (a claim's end is one), which has no number here and is written as the order's own number "
        "below zero"
    ),
    "direct-open": "DIRECT 'while its window is open': until its window ends, also before it starts",
    "release-over": "a releasing order is over once it acted: it cannot be superseded or rescinded",
    "released-untelling": (
        "FORMATS lists cancellations as (superseded, rescinded), DESIGN 8 un-tells releases too: the check "
        "leaves released orders out"
    ),
    "told-by": (
        "a cancellation is confirmed by reading back rightly an order that itself named it, not by a later "
        "one in a chain"
    ),
    "latest-counts": ("the latest read-back of the superseding order counts also for what it confirms of the old one"),
    "on-record-told": (
        "a given order that is a conflict on record is confirmed by nobody until superseded or rescinded"
    ),
    "given-past": (
        "a given order whose window is past holds nothing and conflicts with nothing; what it supersedes ends now"
    ),
    "completion": (
        "'every addressee that is not unable has completed': at least one has, and an addressee's latest word counts"
    ),
    "assume-held": "of the deputies, who is not the first in contact gets duty-held; the designated POC may, too",
    "given-desk": "given: no-authority unless on the desk of the scope; where no mandate covers it, the default's",
    "direct-scope": (
        "DIRECT is of the first scope (roster order) that its author holds; a DIRECT proposal of the default's"
    ),
    "direct-term": (
        "DIRECT by an author who holds no scope any more concerns the scope of the ended term that it was issued under"
    ),
    "end-and-authority": "after the end, an order without authority is no-authority (the table's order)",
    "hub-is-nobody": (
        "'by someone else (the hub is nobody)': a window that ends, noted by the hub, never makes a basis stale"
    ),
    "close-by-desk": (
        "FORMATS lets the desk `close`, and only issuing, superseding and rescinding are the holder's alone: "
        "so a deputy may close a conflict on record"
    ),
    "superseded-and-released": (
        "an order that a releasing order both names in `supersedes` and would release is superseded: it is un-told"
    ),
    "package-sweeps-first": (
        "what a package supersedes is superseded with its first order, so no later order of it meets that as over"
    ),
}


@dataclass
class Report:
    """What one addressee said of an order."""

    right: bool | None = None
    cancelled: bool = False
    answer: str = ""


@dataclass
class Order:
    seq: int
    by: str
    scope: str
    verb: str
    subject: str
    to: list[str]
    excepted: list[str]
    object: str
    said_quantity: int | None
    said_from: datetime | None
    said_until: datetime | None
    start: datetime
    until: datetime | None
    claims: bool
    held: int
    end: datetime | None
    despite: list[int]
    direct: bool = False
    releasing: bool = False
    on_record: bool = False
    was_on_record: bool = False
    over_by: int | None = None
    """The entry that ended it."""
    cancelled: bool = False
    told_by: list[int] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    doubtful: bool = False
    """Whether what confirms it rests on a reading."""

    def window(self) -> Window:
        return Window(self.start, self.end)

    def holding(self) -> Holding:
        return Holding(
            self.seq,
            self.verb,
            self.subject,
            tuple(self.excepted),
            self.object,
            self.held,
            self.window(),
            frozenset(self.despite),
        )

    def live(self, now: datetime) -> bool:
        """Whether it holds a claim now or in a window still to come."""
        return self.claims and self.held > 0 and not self.window().empty and (self.end is None or now < self.end)

    def fact(self) -> set[int]:
        """The entry that ended it."""
        if self.over_by is not None:
            return {self.over_by}
        return {-self.seq} if self.claims else set()

    def standing(self, now: datetime) -> bool:
        """Whether it may be superseded and rescinded."""
        if self.direct:
            return self.over_by is None and not self.window().empty and (self.end is None or now < self.end)
        return self.on_record or self.live(now)


@dataclass(frozen=True)
class Spec:
    """An order as its author states it."""

    verb: str
    subject: str
    to: tuple[str, ...]
    excepted: tuple[str, ...] = ()
    object: str = ""
    quantity: int | None = None
    start: datetime | None = None
    until: datetime | None = None
    rationale: str = ""
    supersedes: tuple[int, ...] = ()
    despite: tuple[int, ...] = ()
    given: bool = False


@dataclass
class Proposal:
    seq: int
    """Of the proposal, or of the refusal that became one."""
    by: str
    scope: str
    spec: Spec
    verdict: str
    verdict_clashes: frozenset[int]
    both: tuple[str, ...] = ()
    """The mandate that it falls under: its issuing holder is authority for that, and for what it supersedes."""
    over_by: int | None = None


@dataclass(frozen=True)
class Event:
    """An entry by somebody that created, cut or ended a claim."""

    seq: int
    by: str
    order: int


@dataclass
class Desk:
    holder: str | None
    term: int
    seated_by: int
    history: list[tuple[int, str]]
    offer: tuple[int, str] | None = None


@dataclass
class Book:
    """All that changes."""

    seq: int = 1
    orders: dict[int, Order] = field(default_factory=dict)
    proposals: dict[int, Proposal] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    desks: dict[str, Desk] = field(default_factory=dict)
    offers: dict[int, str] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)
    links: dict[str, tuple[bool, datetime]] = field(default_factory=dict)
    packages: list[int] = field(default_factory=list)
    closed: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What must come of a command: `accepted`, `invalid` or a refusal's code; its entries; its clashes, all of them."""

    code: str
    seq: int = 0
    clashes: frozenset[int] = frozenset()
    orders: tuple[int, ...] = ()
    doubt: str = ""
    advises: bool = False
    """Whether the reply must carry advisories."""


class Refused(Exception):
    def __init__(self, code: str, clashes: Iterable[int] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.clashes = frozenset(clashes)


class Malformed(Exception):
    pass


Fields = dict[str, object]


def moment(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))


def spec_of(fields: Fields) -> Spec:
    window = cast("dict[str, object]", fields.get("window") or {})
    return Spec(
        verb=str(fields["verb"]),
        subject=str(fields["subject"]),
        to=tuple(dict.fromkeys(cast("list[str]", fields["to"]))),
        excepted=tuple(cast("list[str]", fields.get("except", []))),
        object=str(fields.get("object", "")),
        quantity=cast("int | None", fields.get("quantity")),
        start=moment(window.get("from")),
        until=moment(window.get("until")),
        rationale=str(fields.get("rationale", "")),
        supersedes=tuple(cast("list[int]", fields.get("supersedes", []))),
        despite=tuple(cast("list[int]", fields.get("despite", []))),
        given=bool(fields.get("given", False)),
    )


class Reference:
    """The operation as this reading has it."""

    def __init__(self, roster: dict[str, object], starts: datetime) -> None:
        self.ground = Ground(roster)
        self.book = Book()
        self.starts = starts
        self.doubts: list[str] = []
        for scope in self.ground.scopes:
            poc = str(scope["poc"])
            self.book.desks[str(scope["id"])] = Desk(poc, 1, 1, [(1, poc)])

    # What can be asked

    def holder(self, scope: str) -> str | None:
        return self.book.desks[scope].holder

    def term(self, scope: str) -> int:
        return self.book.desks[scope].term

    def terms_of(self, operator: str) -> dict[str, int]:
        """The terms that an operator holds."""
        return {scope: desk.term for scope, desk in self.book.desks.items() if desk.holder == operator}

    def live(self, now: datetime) -> list[Order]:
        return [order for order in self.book.orders.values() if order.live(now)]

    def in_force(self, now: datetime) -> set[int]:
        return {order.seq for order in self.live(now) if order.start <= now}

    def reserved(self, now: datetime) -> set[int]:
        return {order.seq for order in self.live(now) if now < order.start}

    def on_record(self) -> set[int]:
        return {order.seq for order in self.book.orders.values() if order.on_record}

    def quantities(self, now: datetime) -> dict[int, int]:
        return {order.seq: order.held for order in self.live(now) if order.subject in self.ground.capacity}

    def proposals(self, scope: str) -> set[int]:
        return {one.seq for one in self.book.proposals.values() if one.scope == scope and one.over_by is None}

    def unconfirmed(self, now: datetime) -> tuple[set[int], set[int]]:
        """The check's list; and which orders' places in it rest on a reading."""
        found = {order.seq for order in self.book.orders.values() if self._unconfirmed(order, now)}
        return found, {order.seq for order in self.book.orders.values() if order.doubtful}

    def _unconfirmed(self, order: Order, now: datetime) -> bool:
        own = order.live(now) or order.releasing or (order.direct and order.standing(now))
        for centre in order.to:
            report = order.reports.get(centre, Report())
            if report.answer == "unable":
                continue
            if own and report.right is not True:
                return True
            if order.cancelled and not (report.cancelled or self._told(order, centre)):
                return True
        return False

    def _told(self, order: Order, centre: str) -> bool:
        orders = self.book.orders
        return any(orders[by].reports.get(centre, Report()).right is True for by in order.told_by)

    # What happens

    def link(self, now: datetime, operator: str, up: bool) -> None:
        self.book.links[operator] = (up, now)

    def do(
        self, now: datetime, author: str, command: Fields, basis: int | None = None, terms: dict[str, int] | None = None
    ) -> Verdict:
        """Decide a command; what it changes is kept, unless it is refused or malformed."""
        self.doubts = []
        before = copy.deepcopy(self.book)
        try:
            verdict = Call(self, now, author, command, basis, terms or {}).decided()
        except Malformed:
            self.book = before
            verdict = Verdict("invalid")
        except Refused as refusal:
            self.book = before
            self.book.seq += 1
            verdict = Verdict(refusal.code, self.book.seq, refusal.clashes)
            proposed = self._by_itself(now, author, command, refusal)
            if proposed is not None:
                proposed.seq = verdict.seq
                self.book.proposals[verdict.seq] = proposed
                self.book.seq += 1
        return replace(verdict, doubt="; ".join(dict.fromkeys(self.doubts)))

    def trial(
        self, now: datetime, author: str, command: Fields, basis: int | None = None, terms: dict[str, int] | None = None
    ) -> Verdict:
        """What `do` would say, changing nothing."""
        before = copy.deepcopy(self.book)
        verdict = self.do(now, author, command, basis, terms)
        self.book = before
        return verdict

    def _by_itself(self, now: datetime, author: str, command: Fields, refusal: Refused) -> Proposal | None:
        """An order refused for want of authority becomes a proposal; a package, an issue or a given order does not."""
        reviewer = self.ground.operators[author]["role"] == "reviewer"
        if refusal.code != "no-authority" or command["do"] != "order" or reviewer:
            return None
        spec = spec_of(command)
        if spec.given:
            return None
        if self.book.closed is not None:
            self.doubts.append("a proposal by itself after the end")
            return None
        return Call(self, now, author, command, None, {}).proposal(spec)


class Call:
    """One command before its rule."""

    def __init__(
        self, world: Reference, now: datetime, author: str, command: Fields, basis: int | None, terms: dict[str, int]
    ) -> None:
        self.world, self.ground, self.book = world, world.ground, world.book
        self.now, self.author, self.command = now, author, command
        self.basis, self.terms = basis, terms
        self.centre = str(command.get("centre") or self.ground.operators[author]["centre"])

    def decided(self) -> Verdict:
        do = str(self.command["do"])
        if self.ground.operators[self.author]["role"] == "reviewer":
            raise Refused("no-authority")
        rules: dict[str, Callable[[], Verdict]] = {
            "order": self.order,
            "package": self.package,
            "propose": self.propose,
            "issue": self.issue,
            "decline": self.decline,
            "readback": self.report,
            "accept": self.report,
            "complete": self.report,
            "unable": self.report,
            "rescind": self.rescind,
            "close": self.close,
            "resource": self.resource,
            "offer": self.offer,
            "take": self.take,
            "withdraw": self.withdraw,
            "assume": self.assume,
            "stand_down": self.stand_down,
            "note": self.note,
            "end_operation": self.end_operation,
        }
        return rules[do]()

    # Helpers

    def doubt(self, why: str) -> None:
        self.world.doubts.append(why)

    def entry(self) -> int:
        self.book.seq += 1
        return self.book.seq

    def done(self, advises: bool = False) -> Verdict:
        return Verdict("accepted", self.entry(), advises=advises)

    def holds(self, scope: str) -> bool:
        return self.book.desks[scope].holder == self.author

    def on_desk(self, scope: str) -> bool:
        return self.holds(scope) or self.author in self.ground.staff(scope)

    def stale(self, scope: str) -> Refused | None:
        """The author's term there has ended; one that they never held there is ignored."""
        desk, term = self.book.desks[scope], self.terms.get(scope)
        if term is None or (term, self.author) not in desk.history or (desk.term == term and desk.holder is not None):
            return None
        return Refused("stale-term", [desk.seated_by] if desk.holder is not None else [])

    def first(self, *failures: Refused | None) -> None:
        """Outside the table nothing says which of several failures comes first."""
        found = [failure for failure in failures if failure is not None]
        codes = {failure.code for failure in found}
        if len(codes - {"stale-term"}) > 1 or (codes >= {"stale-term", "precondition"}):
            self.doubt("several codes would fit: " + ", ".join(sorted(codes)))
        if found:
            raise found[0]

    def ended(self) -> Refused | None:
        return None if self.book.closed is None else Refused("precondition", [self.book.closed])

    def scope_of(self, spec: Spec) -> str | None:
        """The scope of an order; None where no mandate covers it, or a DIRECT one's author holds nothing."""
        if spec.verb == DIRECT:
            here = self.on_desk if spec.given else self.holds
            held = [str(scope["id"]) for scope in self.ground.scopes if self.holds(str(scope["id"]))]
            return next(iter(held or [str(one["id"]) for one in self.ground.scopes if here(str(one["id"]))]), None)
        return self.ground.scope_of_order(spec.verb, spec.subject)

    def known(self, refs: Iterable[int]) -> list[Order]:
        return [self.book.orders[ref] for ref in refs if ref in self.book.orders]

    # The table of DESIGN 8

    def shaped(self, spec: Spec) -> None:
        if not spec.to:
            raise Malformed
        if spec.start is not None and spec.until is not None and spec.until <= spec.start:
            raise Malformed
        for hole in spec.excepted:
            if hole == spec.subject or not encloses(spec.subject, hole):
                raise Malformed

    def names(self, spec: Spec) -> None:
        """Verb or subject unknown to the roster."""
        if spec.verb == DIRECT:
            return
        if self.ground.control_of(spec.verb) is None or spec.subject not in self.ground.subjects:
            raise Refused("precondition")
        if any(hole not in self.ground.subjects for hole in spec.excepted):
            raise Refused("precondition")

    def authority(self, spec: Spec, issuing: Proposal | None) -> str:
        """stale-term and no-authority; the scope that the order is of."""
        scope = self.scope_of(spec)
        if spec.verb == DIRECT and issuing is None:
            self.direct_terms(scope)
        concerned = issuing.scope if issuing is not None else scope
        if concerned is not None and (stale := self.stale(concerned)) is not None:
            raise stale
        allowed = {name for name in self.book.desks if self.holds(name)}
        if issuing is not None:
            if issuing.scope not in allowed:
                raise Refused("no-authority")
            allowed |= set(issuing.both)
            if scope is None:
                scope = issuing.scope
        both = () if issuing is None else issuing.spec.supersedes
        other = {
            one.seq
            for one in self.known(spec.supersedes)
            if one.seq not in both and not self.holds(one.scope) and one.scope != scope
        }
        if scope is None or scope not in allowed:
            if other:
                self.doubt("clashes of an order without authority that also supersedes another scope's")
            raise Refused("no-authority", other)
        if other:
            raise Refused("no-authority", other)
        return scope

    def direct_terms(self, scope: str | None) -> None:
        """DIRECT from somebody who holds nothing any more: it was issued under the term that has ended."""
        stale = [found for name in self.book.desks if (found := self.stale(name)) is not None]
        if stale and (scope is not None or len(stale) > 1):
            self.doubt("DIRECT under several terms")
        if stale and scope is None:
            raise stale[0]

    def fresh(self, spec: Spec) -> None:
        """stale-basis."""
        if self.basis is None:
            return
        control = None if spec.verb == DIRECT else self.ground.control_of(spec.verb)
        changed = set()
        for event in self.book.events:
            if event.seq <= self.basis or event.by == self.author:
                continue
            of = self.book.orders[event.order]
            mine = self.ground.control_of(of.verb) == control and self.same_ground(spec, of)
            if (control is not None and mine) or event.order in spec.supersedes:
                changed.add(event.seq)
        if changed:
            if self.ground.releases(spec.verb):
                self.doubt("stale-basis of a releasing order")
            if spec.verb == DIRECT:
                self.doubt("stale-basis of DIRECT")
            if any(seq in self.book.packages for seq in changed):
                self.doubt("a package's own supersedes as a change since the basis")
            raise Refused("stale-basis", changed)

    def same_ground(self, spec: Spec, other: Order) -> bool:
        if self.ground.kind_of(spec.verb) == "resource":
            return spec.subject == other.subject
        return overlap(spec.subject, spec.excepted, other.subject, other.excepted)

    def facts(self, spec: Spec, swept: Iterable[int]) -> None:
        """The second precondition: all its facts together. `swept`: what an earlier order of the package superseded."""
        failed, clashes = False, set[int]()
        if any(centre not in self.ground.centres for centre in spec.to):
            failed = True
        if spec.object and spec.object not in self.ground.centres and spec.object not in self.ground.subjects:
            failed = True
        if spec.verb != DIRECT and spec.subject.split("/")[0] != self.ground.kind_of(spec.verb):
            failed = True
        if spec.until is not None and spec.until <= self.now:
            failed = True
        if spec.subject in self.book.out and not self.ground.releases(spec.verb) and spec.verb != DIRECT:
            failed = True
            clashes.add(self.book.out[spec.subject])
        for ref in spec.supersedes:
            if ref in swept:
                continue
            old = self.book.orders.get(ref)
            if old is None:
                failed = True
            elif not old.standing(self.now):
                failed = True
                clashes |= old.fact()
        if self.book.closed is not None:
            failed = True
            clashes.add(self.book.closed)
        if failed:
            raise Refused("precondition", clashes)

    def candidate(self, spec: Spec, seq: int) -> Holding:
        start = self.now if spec.start is None or spec.start < self.now else spec.start
        return Holding(
            seq, spec.verb, spec.subject, spec.excepted, spec.object, spec.quantity or 1, Window(start, spec.until)
        )

    def clash(self, spec: Spec, new: Holding, others: list[tuple[Holding, list[str]]], given: bool = False) -> None:
        """already-in-force, contradiction, double-commitment, tension; against claims and who was told of each."""
        if spec.verb == DIRECT or self.ground.releases(spec.verb):
            return
        if not given:
            enough = {old.name for old, to in others if self.ground.already(new, spec.to, old, to)}
            if enough:
                raise Refused("already-in-force", enough)
        contrary = {old.name for old, _ in others if self.ground.contradict(new, old)}
        if contrary:
            raise Refused("contradiction", contrary)
        if self.ground.kind_of(spec.verb) == "resource" and spec.subject in self.ground.capacity:
            over, claims = self.ground.overcommitted(new, [old for old, _ in others])
            if over:
                raise Refused("double-commitment", claims)
        spared = set(spec.despite) if spec.rationale else set()
        tense = {old.name for old, _ in others if self.ground.in_tension(new, old)} - spared
        if tense:
            raise Refused("tension", tense)

    def claims(self, without: Iterable[int]) -> list[tuple[Holding, list[str]]]:
        return [(order.holding(), order.to) for order in self.world.live(self.now) if order.seq not in without]

    # What an accepted order does

    def enter(
        self,
        spec: Spec,
        seq: int,
        scope: str,
        on_record: bool = False,
        package: int | None = None,
        shared: Iterable[int] = (),
        shared_start: datetime | None = None,
    ) -> Order:
        """Write the order down, with what it ends. `shared`: what the whole package supersedes, from `shared_start`."""
        direct, releasing = spec.verb == DIRECT, self.ground.releases(spec.verb)
        start = self.now if releasing or spec.start is None or spec.start < self.now else spec.start
        if releasing and (spec.start is not None and spec.start > self.now):
            self.doubt("a releasing order with a window that starts later")
        passed = spec.until is not None and spec.until <= self.now
        order = Order(
            seq=seq,
            by=self.author,
            scope=scope,
            verb=spec.verb,
            subject=spec.subject,
            to=list(spec.to),
            excepted=list(spec.excepted),
            object=spec.object,
            said_quantity=spec.quantity,
            said_from=spec.start,
            said_until=spec.until,
            start=start,
            until=spec.until,
            claims=not (direct or releasing or on_record or passed),
            held=spec.quantity or 1,
            end=spec.until,
            despite=list(spec.despite) if spec.rationale else [],
            direct=direct,
            releasing=releasing,
            on_record=on_record,
            was_on_record=on_record,
        )
        self.book.orders[seq] = order
        cut_at = self.now if passed else start
        for ref in spec.supersedes:
            if ref not in shared:
                self.supersede(ref, order, cut_at, seq, package is not None)
        for ref in shared:
            self.supersede(ref, order, shared_start or cut_at, package or seq, False)
        if releasing:
            self.release(order)
        if order.claims:
            self.book.events.append(Event(seq, self.author, seq))
        return order

    def supersede(self, ref: int, by: Order, at: datetime, entry: int, apart: bool) -> None:
        old = self.book.orders.get(ref)
        if old is None:
            return
        if by.seq not in old.told_by and (old.standing(self.now) or old.cancelled):
            old.told_by.append(by.seq)
        if not old.standing(self.now):
            return
        if apart:
            old.doubtful = True
        if old.end is not None and old.end <= at and not old.cancelled:
            self.doubt("superseded from when its window has ended anyway")
        old.cancelled = True
        if old.on_record:
            old.on_record = False
            old.over_by = entry
            return
        if old.end is None or at < old.end:
            old.end = at
        old.over_by = entry
        if old.direct:
            if at > self.now:
                self.doubt("DIRECT superseded from later on")
            old.over_by = entry
        if old.claims:
            self.book.events.append(Event(entry, self.author, ref))

    def release(self, by: Order) -> None:
        """End the claims of its control on its subject that are in force now: oldest first, up to a stated quantity."""
        left = by.said_quantity
        control = self.ground.control_of(by.verb)
        for old in sorted(self.book.orders.values(), key=lambda one: one.seq):
            there = old.live(self.now) and old.start <= self.now and self.ground.control_of(old.verb) == control
            if not there or old.subject != by.subject or (by.object and old.object != by.object):
                continue
            taken = old.held if left is None else min(left, old.held)
            if taken == 0:
                continue
            old.held -= taken
            left = None if left is None else left - taken
            if old.held == 0:
                old.end, old.over_by = self.now, by.seq
                old.doubtful = True
            self.book.events.append(Event(by.seq, self.author, old.seq))

    # Orders

    def order(self) -> Verdict:
        spec = spec_of(self.command)
        self.shaped(spec)
        if spec.given:
            return self.given(spec)
        self.names(spec)
        scope = self.authority(spec, None)
        self.ruled(spec, ())
        self.enter(spec, self.entry(), scope)
        return Verdict("accepted", self.book.seq)

    def ruled(self, spec: Spec, swept: Iterable[int]) -> None:
        self.fresh(spec)
        self.facts(spec, swept)
        self.clash(spec, self.candidate(spec, 0), self.claims(spec.supersedes))

    def given(self, spec: Spec) -> Verdict:
        """An order given elsewhere: only unknown names and want of a desk refuse it."""
        self.names(spec)
        scope = self.scope_of(spec) or self.ground.default_scope()
        if not self.on_desk(scope):
            raise Refused("no-authority")
        other = {one.seq for one in self.known(spec.supersedes) if not self.on_desk(one.scope)}
        if other:
            self.doubt("given, superseding another scope's order")
            raise Refused("no-authority", other)
        if any(centre not in self.ground.centres for centre in spec.to):
            raise Refused("precondition")
        if spec.object and spec.object not in self.ground.centres and spec.object not in self.ground.subjects:
            raise Refused("precondition")
        if any(ref not in self.book.orders for ref in spec.supersedes):
            self.doubt("given, superseding what is no order")
            raise Refused("precondition")
        if any(not one.standing(self.now) for one in self.known(spec.supersedes)):
            self.doubt("given, superseding what is over")
        if spec.verb != DIRECT and spec.subject.split("/")[0] != self.ground.kind_of(spec.verb):
            self.doubt("given, verb not of that kind of subject")
        passed = spec.until is not None and spec.until <= self.now
        on_record = False
        if not passed:
            try:
                self.clash(spec, self.candidate(spec, 0), self.claims(spec.supersedes), given=True)
            except Refused:
                on_record = True
        self.enter(spec, self.entry(), scope, on_record=on_record)
        return Verdict("accepted", self.book.seq)

    def package(self) -> Verdict:
        orders = [spec_of(fields) for fields in cast("list[Fields]", self.command["orders"])]
        shared = tuple(cast("list[int]", self.command.get("supersedes", [])))
        for spec in orders:
            self.shaped(spec)
            if spec.given:
                self.doubt("given in a package")
        starts = [self.now if one.start is None or one.start < self.now else one.start for one in orders]
        package = self.entry()
        self.book.packages.append(package)
        made: list[int] = []
        swept: set[int] = set()
        for spec in orders:
            if set(spec.supersedes) & swept:
                self.doubt("superseded twice in one package")
            whole = replace(spec, supersedes=tuple(dict.fromkeys((*spec.supersedes, *shared))))
            try:
                self.names(whole)
                scope = self.authority(whole, None)
                self.ruled(whole, shared if made else ())
            except Refused as refusal:
                raise Refused(refusal.code, refusal.clashes - set(made)) from None
            seq = self.entry()
            self.enter(whole, seq, scope, package=package, shared=shared, shared_start=min(starts))
            made.append(seq)
            swept |= set(spec.supersedes)
        for ref in shared:
            told = self.book.orders[ref].told_by
            told += [seq for seq in made if seq not in told]
        return Verdict("accepted", package, orders=tuple(made))

    def rescind(self) -> Verdict:
        order = self.one_order()
        self.first(
            self.stale(order.scope),
            None if self.holds(order.scope) else Refused("no-authority"),
            self.ended(),
            None if order.standing(self.now) else self.over(order),
        )
        gap = (
            order.claims
            and order.start > self.now
            and any(order.seq in old.told_by and old.end == order.start for old in self.book.orders.values())
        )
        verdict = self.done(advises=gap)
        order.cancelled = True
        order.over_by = verdict.seq
        if order.on_record:
            order.on_record = False
            return verdict
        order.end = self.now if order.end is None else min(order.end, self.now)
        if order.claims:
            self.book.events.append(Event(verdict.seq, self.author, order.seq))
        return verdict

    def close(self) -> Verdict:
        order = self.one_order()
        self.first(
            self.stale(order.scope),
            None if self.on_desk(order.scope) else Refused("no-authority"),
            self.ended(),
            None if order.on_record else self.over(order) if order.was_on_record else Refused("precondition"),
        )
        verdict = self.done()
        order.on_record = False
        order.over_by = verdict.seq
        return verdict

    def one_order(self) -> Order:
        """The order that `ref` names; a ref to anything else is a precondition."""
        order = self.book.orders.get(cast("int", self.command["ref"]))
        if order is None:
            raise Refused("precondition")
        return order

    def over(self, order: Order) -> Refused:
        return Refused("precondition", order.fact())

    # Reports

    def report(self) -> Verdict:
        """readback, accept, complete, unable: by an addressee, or by the desk on behalf of one. Never too late."""
        order = self.one_order()
        own = str(self.ground.operators[self.author]["centre"])
        if self.centre not in order.to or (self.centre != own and not self.on_desk(order.scope)):
            if self.centre not in order.to and self.centre != own:
                self.doubt("on behalf of a centre that is no addressee")
            raise Refused("no-authority")
        verdict = self.done()
        report = order.reports.setdefault(self.centre, Report())
        do = str(self.command["do"])
        if do == "readback":
            self.readback(order, report)
        else:
            report.answer = {"accept": "accepted", "complete": "completed", "unable": "unable"}[do]
            self.completed(order, verdict.seq)
        return verdict

    def readback(self, order: Order, report: Report) -> None:
        if self.command.get("cancelled"):
            if order.cancelled:
                report.cancelled = True
            else:
                report.right = False
                order.doubtful = True
            return
        if order.cancelled and report.cancelled:
            order.doubtful = True
        said = spec_of({"verb": "", "subject": "", "to": [], **self.command})
        right = (
            said.verb == order.verb
            and said.subject == order.subject
            and set(said.excepted) == set(order.excepted)
            and said.object == order.object
            and (said.quantity or 1) == (order.said_quantity or 1)
            and (order.said_quantity is None or said.quantity is not None)
            and (said.start, said.until) == (order.said_from, order.said_until)
        )
        if order.said_quantity is None and said.quantity is not None:
            order.doubtful = True
        if report.right is True and not right:
            for old in self.book.orders.values():
                old.doubtful = old.doubtful or order.seq in old.told_by
        report.right = right

    def completed(self, order: Order, seq: int) -> None:
        """A claim whose control ends on completion is over when every addressee that is not unable has completed it."""
        if not order.live(self.now) or not self.ground.ends_on_completion(order.verb):
            return
        able = [centre for centre in order.to if order.reports.get(centre, Report()).answer != "unable"]
        if able and all(order.reports.get(centre, Report()).answer == "completed" for centre in able):
            if order.cancelled:
                order.doubtful = True
            order.end, order.over_by = min(order.end or self.now, self.now), seq
            self.book.events.append(Event(seq, self.author, order.seq))

    # Proposals

    def propose(self) -> Verdict:
        spec = spec_of(self.command)
        self.shaped(spec)
        closed = self.ended()
        if closed is not None:
            raise closed
        proposal = self.proposal(spec)
        proposal.seq = self.entry()
        self.book.proposals[proposal.seq] = proposal
        return Verdict("accepted", proposal.seq)

    def proposal(self, spec: Spec) -> Proposal:
        """The desk it goes to, and the verdict against the claims as they stand."""
        mandate = None if spec.verb == DIRECT else self.ground.scope_of_order(spec.verb, spec.subject)
        foreign = [one.scope for one in self.known(spec.supersedes) if not self.holds(one.scope)]
        both = [mandate] if mandate else []
        scope = mandate or self.ground.default_scope()
        if mandate is not None and self.holds(mandate) and foreign:
            scope = foreign[0]
        verdict, clashes = "", frozenset[int]()
        try:
            self.names(spec)
            self.facts(spec, ())
            self.clash(spec, self.candidate(spec, 0), self.claims(spec.supersedes))
        except Refused as refusal:
            verdict, clashes = refusal.code, refusal.clashes
        return Proposal(0, self.author, scope, spec, verdict, clashes, tuple(both))

    def issue(self) -> Verdict:
        proposal = self.book.proposals.get(cast("int", self.command["ref"]))
        if proposal is None:
            raise Refused("precondition")
        if proposal.over_by is not None:
            self.first(
                self.stale(proposal.scope),
                None if self.holds(proposal.scope) else Refused("no-authority"),
                Refused("precondition", [proposal.over_by]),
            )
        spec = self.changed(proposal.spec)
        self.shaped(spec)
        if not self.holds(proposal.scope):
            self.first(self.stale(proposal.scope), Refused("no-authority"))
        self.names(spec)
        scope = self.authority(spec, proposal)
        outside = {one.scope for one in self.known(spec.supersedes)} | {scope}
        if any(not self.holds(name) for name in outside) and not self.world_holds(proposal, outside):
            self.doubt("authority for both, where the proposer held neither")
        self.ruled(spec, ())
        seq = self.entry()
        self.enter(spec, seq, scope)
        proposal.over_by = seq
        return Verdict("accepted", seq)

    def world_holds(self, proposal: Proposal, scopes: Iterable[str]) -> bool:
        """Whether proposer and issuer together hold all that the order needs."""
        return all(self.book.desks[name].holder in (self.author, proposal.by) for name in scopes)

    def changed(self, spec: Spec) -> Spec:
        """The proposal with any field that `issue` gives anew."""
        fields: Fields = {
            "verb": spec.verb,
            "subject": spec.subject,
            "to": list(spec.to),
            "except": list(spec.excepted),
            "object": spec.object,
            "quantity": spec.quantity,
            "rationale": spec.rationale,
            "supersedes": list(spec.supersedes),
            "despite": list(spec.despite),
        }
        merged = spec_of({**fields, **self.command})
        if "window" not in self.command:
            merged = replace(merged, start=spec.start, until=spec.until)
        return merged

    def decline(self) -> Verdict:
        refs = cast("list[int]", self.command["refs"])
        found = [self.book.proposals.get(ref) for ref in refs]
        if any(one is None for one in found):
            raise Refused("precondition")
        proposals = [one for one in found if one is not None]
        over = [one.over_by for one in proposals if one.over_by is not None]
        self.first(
            *[self.stale(one.scope) for one in proposals],
            *[None if self.holds(one.scope) else Refused("no-authority") for one in proposals],
            self.ended(),
            Refused("precondition", over) if over else None,
        )
        verdict = self.done()
        for one in proposals:
            one.over_by = verdict.seq
        return verdict

    # Resources, duty, log

    def resource(self) -> Verdict:
        name = str(self.command["resource"])
        subject = name if name.startswith("resource/") else f"resource/{name}"
        if subject not in self.ground.home:
            raise Refused("precondition")
        controls = [control for control in self.ground.controls.values() if control["of"] == "resource"]
        verbs = [verb for control in controls for verb in control["verbs"]]
        scopes = {self.ground.scope_of_order(verb, subject) for verb in verbs} - {None}
        own = str(self.ground.operators[self.author]["centre"]) == self.ground.home[subject]
        desk = any(self.on_desk(scope) for scope in scopes if scope is not None)
        allowed = None if own or desk else Refused("no-authority")
        if allowed is not None and any(self.on_desk(str(scope["id"])) for scope in self.ground.scopes):
            self.doubt("a resource's state, from another scope's desk")
        self.first(allowed, self.ended())
        verdict = self.done()
        if self.command["state"] == "OUT":
            self.book.out[subject] = verdict.seq
        else:
            self.book.out.pop(subject, None)
        return verdict

    def desk(self) -> tuple[str, Desk]:
        scope = str(self.command["scope"])
        if scope not in self.book.desks:
            raise Refused("precondition")
        return scope, self.book.desks[scope]

    def offer(self) -> Verdict:
        scope, desk = self.desk()
        to = str(self.command["to"])
        operator = self.ground.operators.get(to)
        wrong = operator is None or operator["role"] == "reviewer"
        self.first(
            self.stale(scope),
            None if self.holds(scope) else Refused("no-authority"),
            self.ended(),
            Refused("precondition") if wrong else None,
        )
        if to == self.author:
            self.doubt("an offer to oneself")
        verdict = self.done()
        desk.offer = (verdict.seq, to)
        self.book.offers[verdict.seq] = scope
        return verdict

    def offered(self) -> tuple[str, Desk, bool]:
        ref = cast("int", self.command["ref"])
        scope = self.book.offers.get(ref)
        if scope is None:
            raise Refused("precondition")
        desk = self.book.desks[scope]
        return scope, desk, desk.offer is not None and desk.offer[0] == ref

    def take(self) -> Verdict:
        scope, desk, stands = self.offered()
        mine = desk.offer is not None and stands and desk.offer[1] == self.author
        if not stands:
            self.doubt("taking an offer that lapsed: which entry is the fact")
            raise Refused("precondition")
        self.first(None if mine else Refused("no-authority"), self.ended())
        return self.seat(scope)

    def seat(self, scope: str) -> Verdict:
        verdict = self.done()
        desk = self.book.desks[scope]
        desk.term += 1
        desk.holder, desk.seated_by, desk.offer = self.author, verdict.seq, None
        desk.history.append((desk.term, self.author))
        return verdict

    def withdraw(self) -> Verdict:
        scope, desk, stands = self.offered()
        if not stands:
            self.doubt("withdrawing an offer that lapsed")
        self.first(
            self.stale(scope),
            None if self.holds(scope) else Refused("no-authority"),
            self.ended(),
            None if stands else Refused("precondition"),
        )
        desk.offer = None
        return self.done()

    def assume(self) -> Verdict:
        scope, desk = self.desk()
        staff = self.ground.staff(scope)
        may = None if self.author in staff else Refused("no-authority")
        held = None
        if desk.holder is not None:
            deputies = [one for one in staff[1:] if one == self.author or not self.gone(scope, one)]
            turn = self.author == staff[0] or (deputies and deputies[0] == self.author)
            if not self.gone(scope, desk.holder):
                held = Refused("duty-held", [desk.seated_by])
            elif not turn:
                self.doubt("assuming before the first deputy in contact")
                held = Refused("duty-held", [desk.seated_by])
            elif self.author == staff[0]:
                self.doubt("the designated POC assumes from a holder out of contact")
            if any(not self.book.links.get(one, (True, self.now))[0] for one in staff[1:] if one != self.author):
                self.doubt("a deputy whose link is down")
        self.first(may, self.ended(), held)
        return self.seat(scope)

    def gone(self, scope: str, operator: str) -> bool:
        """Out of contact for longer than `assume_after`."""
        up, since = self.book.links.get(operator, (True, self.now))
        found = self.ground.scope(scope)
        after = str(found["assume_after"]) if found is not None else "0s"
        unit = {"s": 1, "m": 60, "h": 3600, "d": 86400}[after[-1]]
        return not up and self.now - since > timedelta(seconds=int(after[:-1]) * unit)

    def stand_down(self) -> Verdict:
        scope, desk = self.desk()
        self.first(self.stale(scope), None if self.holds(scope) else Refused("no-authority"), self.ended())
        desk.holder, desk.offer = None, None
        return self.done()

    def note(self) -> Verdict:
        return self.done()

    def end_operation(self) -> Verdict:
        liaison = self.ground.operators[self.author]["role"] == "liaison"
        self.first(None if liaison else Refused("no-authority"), self.ended())
        verdict = self.done()
        self.book.closed = verdict.seq
        return verdict
