"""The roster that random sequences are played on: small, and with each thing that DESIGN 8 speaks of.

Two scopes that meet only in pairs in tension, a hierarchy three deep, resources of one and of several,
a control that ends on completion and one that does not, and a route that no mandate covers.
"""

from tests.oracle.reference import Fields

WITHIN = {"FLASH": "1h", "IMMEDIATE": "2h", "PRIORITY": "4h", "ROUTINE": "8h"}
AREAS = ("north", "north/zone-4", "north/zone-5", "north/zone-5/clinic", "south")
CENTRES = ("eoc", "med", "north", "south")
PEOPLE = {
    "lee": ("eoc", "liaison"),
    "dana": ("eoc", "liaison"),
    "mo": ("med", "operator"),
    "pia": ("med", "operator"),
    "nia": ("north", "operator"),
    "sol": ("south", "operator"),
    "rev": ("eoc", "reviewer"),
}


def scope(id: str, poc: str, deputies: list[str], mandate: Fields, *, default: bool = False) -> Fields:
    return {
        "id": id,
        "name": id.title(),
        "default": default,
        "poc": poc,
        "deputies": deputies,
        "mandate": mandate,
        "acknowledge_within": WITHIN,
        "respond_within": WITHIN,
        "assume_after": "2m",
        "assume": "offer",
        "queue_alarm": 100,
    }


def roster() -> Fields:
    return {
        "operation": {"id": "random", "name": "Random drill", "kind": "exercise", "timezone": "UTC"},
        "centres": [{"id": id, "name": f"Centre {id}", "kind": "POST"} for id in CENTRES],
        "operators": [
            {"id": id, "name": id.title(), "centre": centre, "role": role, "keys": []}
            for id, (centre, role) in PEOPLE.items()
        ],
        "scopes": [
            scope(
                "ops",
                "lee",
                ["dana", "pia"],
                {
                    "topics": ["ops/**"],
                    "subjects": ["area/**", "route/route-9", "route/mill", "resource/engines/**"],
                    "verbs": [*"EVACUATE SHELTER HOLD RETURN OPEN CLOSE RESTRICT ASSIGN STAGE RELEASE".split()],
                },
                default=True,
            ),
            scope(
                "medical",
                "mo",
                ["pia"],
                {
                    "topics": ["medical/**"],
                    "subjects": ["area/**", "resource/ambulances"],
                    "verbs": ["ENTER", "WITHDRAW", "ASSIGN", "STAGE", "RELEASE"],
                },
            ),
        ],
        "subjects": {
            "areas": [{"id": id, "name": f"Area {id}"} for id in AREAS],
            "routes": [{"id": id, "name": f"Route {id}"} for id in ("route-9", "mill", "footpath")],
            "resources": [
                {"id": "engines/engine-3", "name": "Engine 3", "kind": "engine", "home": "north"},
                {"id": "engines/pumps", "name": "Pumps", "kind": "pump", "home": "south", "capacity": 3},
                {"id": "ambulances", "name": "Ambulances", "kind": "ambulance", "home": "med", "capacity": 4},
            ],
        },
        "doctrine": {
            "controls": {
                "posture": {"of": "area", "verbs": ["EVACUATE", "SHELTER", "HOLD", "RETURN"]},
                "access": {"of": "route", "verbs": ["OPEN", "CLOSE", "RESTRICT"]},
                "commitment": {
                    "of": "resource",
                    "verbs": ["ASSIGN", "STAGE", "RELEASE"],
                    "by_object": True,
                    "releases": ["RELEASE"],
                    "ends_on_completion": True,
                },
                "tactic": {"of": "area", "verbs": ["ENTER", "WITHDRAW"]},
            },
            "incompatible": [
                [{"verb": "EVACUATE", "subject": "area/north/**"}, {"verb": "CLOSE", "subject": "route/route-9"}],
                [{"verb": "EVACUATE", "subject": "area/*/zone-5"}, {"verb": "ENTER", "subject": "area/north/**"}],
                [
                    {"verb": "SHELTER", "subject": "area/north/zone-5/clinic"},
                    {"verb": "WITHDRAW", "subject": "area/**"},
                ],
            ],
        },
        "settings": {
            "confirm_every": "1d",
            "link_lost_after": "20s",
            "roll_call_within": "5m",
            "attention_within": "12h",
        },
        "contact_order": list(CENTRES),
    }
