"""The modules of pages that were not shown yet, loaded in a job while nobody waits, so that a first visit only makes widgets."""

import importlib
import time
from collections.abc import Callable

from app.ui.page_table import PAGES

PAUSE_S = 0.01
"""Between two modules: whoever works in the window meanwhile comes first."""


def load_ahead(cancelled: Callable[[], bool]) -> None:
    """For a job. A module that cannot be loaded is told when its page is visited."""
    for place in dict.fromkeys(one.place.partition(":")[0] for one in PAGES):
        if cancelled():
            return
        try:
            importlib.import_module(place)
        except Exception:  # the visit raises it again, where it is seen
            continue
        time.sleep(PAUSE_S)
