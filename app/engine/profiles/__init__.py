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
    TICKET_COMPUTERS,
    VISITORS,
    VPN_CLIENTS,
)
from app.engine.profiles.habits import Teach, shape
from app.engine.profiles.peers import Peers
from app.engine.profiles.profile import DAY, Day, Novelty, Profile, Seen
from app.engine.profiles.profiles import WATCHED, Profiles, teacher

__all__ = [
    "COMPUTERS",
    "CONTROLLERS",
    "DAY",
    "ETYPES",
    "PLACES",
    "PROTOCOLS",
    "QUERIES",
    "RESOURCES",
    "SHARES",
    "TICKET_COMPUTERS",
    "VISITORS",
    "VPN_CLIENTS",
    "WATCHED",
    "Day",
    "Novelty",
    "Peers",
    "Profile",
    "Profiles",
    "Seen",
    "Teach",
    "shape",
    "teacher",
]  # fmt: skip
