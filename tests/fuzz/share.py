"""How much is generated: the normal share, the same every time, or all of it, new every time (FLORIN_FUZZ=full).

pytest's `--hypothesis-seed=N` repeats a full run, whose seed Hypothesis prints. Nothing is read from or written to a
database of examples: what broke is a file of the corpus, for everybody.
"""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

FULL: Final = os.environ.get("FLORIN_FUZZ") == "full"


def share(*, normal: int, full: int) -> settings:
    """The settings of a test that looks at this many examples."""
    return settings(
        max_examples=full if FULL else normal,
        derandomize=not FULL,
        database=None,
        report_multiple_bugs=False,
        deadline=None,  # the two cores are shared; what an answer may cost is counted elsewhere, in reads
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
    )
