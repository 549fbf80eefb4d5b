"""Each desk has one holder or is visibly unheld; it passes on by rule, and old terms command nothing. DESIGN 5."""

from tests.incident.world import World, minimal

HOLD: dict[str, object] = {"verb": "HOLD", "subject": "area/south", "to": ["south"]}


def test_the_pocs_hold_their_desks_from_the_first_entry() -> None:
    world = World()
    assert (world.state.desks["ops"].holder, world.state.desks["ops"].term) == ("lee", 1)


def test_a_handover_is_two_sided_and_the_term_grows_when_it_is_taken() -> None:
    world = World()
    offer = world.do("lee", "offer", scope="ops", to="dana")
    assert world.state.desks["ops"].term == 1
    assert world.refused("ike", "take", ref=offer).code == "no-authority"
    world.do("dana", "take", ref=offer)
    desk = world.state.desks["ops"]
    assert (desk.holder, desk.term, desk.offer) == ("dana", 2, None)


def test_an_offer_carries_a_drafted_briefing() -> None:
    world = World()
    world.do("nia", "message", precedence="PRIORITY", text="Gauge?", topic="ops/water", wants_reply=True)
    offer = world.do("lee", "offer", scope="ops", to="dana")
    briefing = world.state.desks["ops"].offer
    assert briefing is not None
    assert briefing.seq == offer
    assert "M-1 PRIORITY from north" in briefing.briefing


def test_an_offer_lapses_with_a_new_offer_or_a_change_of_holder() -> None:
    world = World()
    first = world.do("lee", "offer", scope="ops", to="dana")
    second = world.do("lee", "offer", scope="ops", to="ike")
    assert world.refused("dana", "take", ref=first).code == "precondition"
    world.do("lee", "stand_down", scope="ops", reason="ill")
    assert world.refused("ike", "take", ref=second).code == "precondition"


def test_a_withdrawn_offer_cannot_be_taken() -> None:
    world = World()
    offer = world.do("lee", "offer", scope="ops", to="dana")
    world.do("lee", "withdraw", ref=offer)
    assert world.refused("dana", "take", ref=offer).code == "precondition"


def test_a_reviewer_is_offered_nothing_and_writes_nothing() -> None:
    world = World()
    assert world.refused("lee", "offer", scope="ops", to="rev").code == "precondition"
    assert world.refused("rev", "note", text="hello").code == "no-authority"


def test_a_held_desk_is_not_assumed_and_the_refusal_names_who_was_seated() -> None:
    world = World()
    refusal = world.refused("dana", "assume", scope="ops")
    assert (refusal.code, refusal.clashes) == ("duty-held", (1,))
    assert any(remedy.do == "message" for remedy in refusal.remedies)


def test_only_the_designated_poc_and_deputies_assume() -> None:
    world = World()
    world.do("lee", "stand_down", scope="ops", reason="ill")
    assert world.refused("ike", "assume", scope="ops").code == "no-authority"
    world.do("dana", "assume", scope="ops")


def test_a_deputy_assumes_after_the_holder_was_out_of_contact_for_longer_than_assume_after() -> None:
    world = World()
    world.at(100)
    world.link("lee", "down")
    world.at(220)
    assert world.refused("dana", "assume", scope="ops").code == "duty-held"
    world.at(220.001)
    world.do("dana", "assume", scope="ops")
    assert world.state.desks["ops"].holder == "dana"


def test_the_second_deputy_waits_while_the_first_is_in_contact() -> None:
    world = World(minimal(deputies=["dana", "ike"]))
    world.link("lee", "down")
    world.at(200)
    assert world.refused("ike", "assume", scope="ops").code == "duty-held"
    world.link("dana", "down")
    world.do("ike", "assume", scope="ops")


def test_a_holder_who_never_connected_counts_from_the_start() -> None:
    world = World(absent=("lee",))
    world.at(130)
    world.do("dana", "assume", scope="ops")


def test_an_automatic_desk_passes_to_the_first_deputy_in_contact_by_itself() -> None:
    world = World(minimal(assume="automatic"))
    world.at(100)
    world.link("lee", "down")
    world.at(220)
    assert world.state.desks["ops"].holder == "lee"
    world.at(221)
    assert (world.state.desks["ops"].holder, world.state.desks["ops"].term) == ("dana", 2)
    assert world.log[-1].by == "hub"


def test_an_automatic_desk_is_not_given_back_to_the_deputy_who_stood_down() -> None:
    world = World(minimal(assume="automatic", deputies=["dana", "ike"]))
    world.at(100)
    world.do("lee", "stand_down", scope="ops", reason="relieved")
    world.at(101)
    assert world.state.desks["ops"].holder == "dana"
    world.do("dana", "stand_down", scope="ops", reason="exhausted")
    world.at(102)
    assert world.state.desks["ops"].holder == "ike"
    world.do("dana", "note", text="still at the table")
    world.link("ike", "down")
    world.at(900)
    assert world.state.desks["ops"].holder == "dana", "who stood down earlier follows others again"


def test_a_deputy_may_be_made_the_designated_poc() -> None:
    world = World()
    world.do("lee", "roster", steps=[{"set": "poc", "id": "ops", "value": "dana"}], reason="relief")
    assert (world.state.desks["ops"].holder, world.state.roster.ground.scopes["ops"].staff) == ("lee", ("dana",))


def test_the_hubs_downtime_counts_against_nobody_and_nothing_is_automatic_for_a_minute() -> None:
    world = World(minimal(assume="automatic"))
    world.at(100)
    world.link("lee", "down")
    world.at(160)
    world.restart(1000)
    world.link("dana", "up")
    world.at(1059)
    assert world.state.desks["ops"].holder == "lee", "60 s of absence before the hub went, and 59 since"
    world.at(1062)
    assert world.state.desks["ops"].holder == "dana"


def test_an_offering_desk_calls_its_deputy_once() -> None:
    world = World()
    world.at(100)
    world.link("lee", "down")
    world.at(900)
    assert [alarm.to for alarm in world.alarms("holder-out-of-contact")] == [("dana",)]


def test_commands_of_an_old_term_are_refused_and_facts_never_are() -> None:
    world = World()
    offer = world.do("lee", "offer", scope="ops", to="dana")
    taken = world.do("dana", "take", ref=offer)
    refusal = world.refused("lee", "order", term={"ops": 1}, **HOLD)
    assert (refusal.code, refusal.clashes) == ("stale-term", (taken,))
    world.do("lee", "note", text="as said", term={"ops": 1})
    world.do("lee", "status", state="DEGRADED", term={"ops": 1})
    world.do("lee", "order", term={"ops": 1}, given=True, **HOLD)


def test_a_term_that_its_author_never_held_is_ignored() -> None:
    world = World()
    offer = world.do("lee", "offer", scope="ops", to="dana")
    world.do("dana", "take", ref=offer)
    world.do("dana", "order", term={"ops": 1}, **HOLD)


def test_a_queue_alarm_that_the_holder_ignores_puts_them_out_of_contact() -> None:
    world = World(minimal(assume="automatic"))
    world.at(100)
    world.do("nia", "message", precedence="FLASH", text="Water over the wall", topic="ops/water")
    world.at(100 + 60 + 120 + 130)
    assert world.state.desks["ops"].holder == "dana"


def test_a_holder_who_acts_after_the_alarm_keeps_the_desk() -> None:
    world = World(minimal(assume="automatic"))
    world.at(100)
    world.do("nia", "message", precedence="FLASH", text="Water over the wall", topic="ops/water")
    world.at(200)
    world.do("lee", "note", text="I am here")
    world.at(900)
    assert world.state.desks["ops"].holder == "lee"
