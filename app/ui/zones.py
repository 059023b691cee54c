"""Zones in which times can be shown: UTC, that of this machine, any of the zone database."""

from datetime import UTC
from zoneinfo import ZoneInfo, available_timezones

from app.ui import wording

LOCAL = "Local time"
OFFERED = ("UTC", LOCAL)


def use(name: str) -> bool:
    """Show every time in that zone; False, with nothing changed, when there is no such zone."""
    if name == LOCAL:
        wording.set_zone(None, name)
    elif name == "UTC":
        wording.set_zone(UTC, name)
    else:
        try:
            wording.set_zone(ZoneInfo(name), name)
        except (KeyError, ValueError, OSError):  # no such zone, or a name that is a path
            return False
    return True


def known() -> list[str]:
    """Names of the zone database, in order; blocks (reads a folder). Empty where the system has none."""
    return sorted(one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix/", "right/")))
