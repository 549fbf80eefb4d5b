"""How hard the laws are tried: a short, repeatable run for every change, a long random one on request.

HYPOTHESIS_PROFILE=campaign asks for the long one.
"""

import os

from hypothesis import HealthCheck, Phase, settings

SLOW_BY_NATURE = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)

TRIED = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
"""Not the explaining of a failure, which takes minutes with sequences as long as these."""

settings.register_profile(
    "short",
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    phases=TRIED,
    suppress_health_check=SLOW_BY_NATURE,
)
settings.register_profile(
    "campaign",
    max_examples=5000,
    deadline=None,
    phases=TRIED,
    print_blob=True,
    suppress_health_check=SLOW_BY_NATURE,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "short"))
