"""What accounts and computers are used to, learned in event time; memory is bounded by their number, not by time."""

from app.engine.profiles.features import (
    COMPUTERS,
    CONTROLLERS,
    ETYPES,
    PLACES,
    PROTOCOLS,
    QUERIES,
    RESOURCES,
    SHARES,
    VISITORS,
    VPN_CLIENTS,
)
from app.engine.profiles.peers import Peers
from app.engine.profiles.profile import Day, Profile, Seen
from app.engine.profiles.profiles import WATCHED, Profiles

__all__ = [
    "COMPUTERS", "CONTROLLERS", "ETYPES", "PLACES", "PROTOCOLS", "QUERIES", "RESOURCES", "SHARES", "VISITORS", "VPN_CLIENTS",
    "WATCHED", "Day", "Peers", "Profile", "Profiles", "Seen",
]  # fmt: skip
