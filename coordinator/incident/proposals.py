"""Proposals: how agencies in conflict meet. Made, issued by the holder, declined with one reason. DESIGN 8."""

from msgspec.structs import asdict, replace

from coordinator.incident.acts import Act, Decline, Issue, Propose, Ref
from coordinator.incident.acts import Order as OrderAct
from coordinator.incident.conflict import TABLE, first_failure, foreign
from coordinator.incident.drafting import draft, wish_for
from coordinator.incident.entries import Entry, Found
from coordinator.incident.orders import as_order
from coordinator.incident.proposing import proposal_of, settled
from coordinator.incident.ruling import Case, Draft, Rule, Step, holds, missing, named, need_holder, need_open
from coordinator.incident.state import Proposal, State
from coordinator.incident.wish import Wish


def propose(case: Case) -> list[Draft]:
    """Anyone but a reviewer may; what no mandate covers goes to the default scope's desk."""
    need_open(case)
    act = case.command.act
    assert isinstance(act, Propose)
    wish = wish_for(case, act)
    scope = wish.ground.scope_of_order(act.verb, act.subject)
    return [proposal_of(wish, (scope or wish.ground.default).id)]


def issue(case: Case) -> list[Draft]:
    """The holder issues a proposal, as it is or with changed fields; its proposer is named as the authority."""
    act = case.command.act
    assert isinstance(act, Issue)
    proposal = proposal_named(case, act.ref)
    need_holder(case, proposal.scope)
    need_open_still([proposal])
    changes = {name: value for name, value in asdict(act).items() if name != "ref" and value is not None}
    proposed = wanted(proposal)
    wanted_now = OrderAct(**{**asdict(proposed), "authority": proposal.by, **changes})
    as_proposed = wish_for(case, proposed)
    wish = wish_for(case, wanted_now)
    refusal = first_failure(replace(wish, authorised=_covered(wish, as_proposed)), TABLE)
    if refusal is not None:
        raise refusal
    return [draft(wish, proposal=proposal.seq, scope=proposal.scope)]


def _covered(wish: Wish, as_proposed: Wish) -> bool:
    """Whether holding the proposal's desk is authority enough: for what was proposed, not for other ground."""
    mine = holds(wish.state, wish.case.command.by, wish.scope)
    return (mine or wish.scope == as_proposed.scope) and all(
        order.seq in as_proposed.superseded for order in foreign(wish)
    )


def wanted(proposal: Proposal) -> OrderAct:
    """The order that a proposal asks for, in its author's fields."""
    order = proposal.order
    return OrderAct(
        verb=order.verb,
        subject=order.subject,
        to=order.to,
        excepted=order.excepted,
        object=order.object,
        quantity=order.quantity,
        window=order.said,
        text=order.text,
        rationale=order.rationale,
        authority=order.authority,
        supersedes=order.supersedes,
        despite=proposal.order.despite,
        request=order.request,
    )


def proposal_named(case: Case, ref: Ref) -> Proposal:
    """The proposal that a ref names, open or not; refuses anything else."""
    proposal = case.state.proposals.get(named(case, ref))
    if proposal is None:
        raise missing(f"{ref} is no proposal")
    return proposal


def need_open_still(proposals: list[Proposal]) -> None:
    """Refuse where any of them is issued or declined already, naming every entry that ended one."""
    over = [proposal for proposal in proposals if proposal.end]
    if over:
        ended = ", ".join(f"{proposal.number} was {proposal.end}" for proposal in over)
        clashes = (proposal.end_by for proposal in over if proposal.end_by is not None)
        raise missing(f"{ended} already", clashes, scope=over[0].scope)


def decline(case: Case) -> list[Draft]:
    """One decision, with its reason, to all proposers."""
    act = case.command.act
    assert isinstance(act, Decline)
    proposals = [proposal_named(case, ref) for ref in act.refs]
    for proposal in proposals:
        need_holder(case, proposal.scope)
    need_open_still(proposals)
    return [
        Draft(
            kind="decline",
            body=replace(act, refs=tuple(proposal.seq for proposal in proposals)),
            found=Found(scope=proposals[0].scope, to=tuple(dict.fromkeys(proposal.centre for proposal in proposals))),
        )
    ]


def proposed(state: State, entry: Entry) -> State:
    """A proposal lies on a desk."""
    act = entry.body
    assert isinstance(act, Propose)
    found = entry.found
    proposal = Proposal(
        seq=entry.seq,
        number=found.number,
        at=entry.at,
        by=entry.by,
        centre=entry.centre,
        scope=found.scope,
        order=replace(
            as_order(state, replace(entry, found=replace(found, clashes=())), act),
            despite=tuple(ref for ref in act.despite if isinstance(ref, int)),
        ),
        refusal=entry.ref,
        verdict=found.code or "",
        clashes=found.clashes,
    )
    named_by = state.from_refusals if entry.ref is None else state.from_refusals.set(entry.ref, entry.seq)
    return replace(state, proposals=state.proposals.set(entry.seq, proposal), from_refusals=named_by)


def declined(state: State, entry: Entry) -> State:
    """Proposals declined."""
    act = entry.body
    assert isinstance(act, Decline)
    for ref in act.refs:
        state = settled(state, entry, ref, "declined", act.reason)
    return state


RULES: dict[type[Act], Rule] = {Propose: propose, Issue: issue}
STEPS: dict[str, Step] = {"propose": proposed}
