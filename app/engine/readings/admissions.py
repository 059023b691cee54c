"""What a RADIUS server answered to a gateway or access point, as packets or the log of a network policy server tell it."""

from functools import lru_cache
from ipaddress import ip_address

from msgspec import Struct

from app.model.activity import Activity
from app.model.details import RadiusAccess
from app.model.events import EventNps

LET_IN, REFUSED = frozenset({6272, 6277, 6278}), 6273
WRONG_REASONS = frozenset({8, 16, 36, 64})
"""Reasons of a network policy server: no such account, wrong name or password, locked (by the domain, of remote access)."""
WRONG_PASSWORD = 691
"""ERROR_AUTHENTICATION_FAILURE of MS-CHAP (RFC 2759 section 6)."""
BY_ASYNC, BY_VIRTUAL = 0, 5
"""NAS-Port-Type (RFC 2865 section 5.41) of lines by which people dial in, VPN among them."""
LONGEST = 64
"""Characters of a calling station that is told apart."""
_MAC_DIGITS = 12
_NO_NAME = str.maketrans("", "", "-:. ")


class Admission(Struct, frozen=True, kw_only=True):
    """One answer. station: outside address or MAC address of who asked, "" where the gateway names none, or itself.

    admitted: let in. wrong: whether the name or the password was wrong, None where no reason is told. remote: somebody dialled in
    from outside, where no device repeats an old password all day.
    """

    station: str
    admitted: bool
    wrong: bool | None
    remote: bool


def admission(activity: Activity) -> Admission | None:
    """The answer that an activity tells to a person, None for one that is none, or a challenge only."""
    detail, said = activity.detail, activity.account
    if said is None or not said.name or "/" in said.name or said.name.endswith("$"):
        return None  # computers sign in as host/name
    if isinstance(detail, RadiusAccess):
        if activity.result == "unanswered":
            return None
        own = station_of(detail.tunnel_client or detail.calling_station, detail.nas)
        remote = detail.nas_port_type in (BY_ASYNC, BY_VIRTUAL) or is_address(own)
        wrong = None if detail.error is None else detail.error == WRONG_PASSWORD
        return Admission(station=own, admitted=activity.result == "success", wrong=wrong, remote=remote)
    if not isinstance(detail, EventNps) or (detail.event_id != REFUSED and detail.event_id not in LET_IN):
        return None
    own = station_of(detail.text("CallingStationID"), detail.text("ClientIPAddress"), detail.text("NASIPv4Address"))
    return Admission(
        station=own,
        admitted=detail.event_id in LET_IN,
        wrong=None if activity.code is None else activity.code in WRONG_REASONS,
        remote=is_address(own) or (detail.text("NASPortType") or "").lower() == "virtual",
    )


def station_of(text: str | None, *gateways: str | None) -> str:
    """A calling station in one spelling; "" for none, and for the gateway itself."""
    plain = (text or "").strip().lower()
    if not plain or len(plain) > LONGEST:
        return ""
    digits = plain.translate(_NO_NAME)
    if len(digits) == _MAC_DIGITS and all(one in "0123456789abcdef" for one in digits):
        return ":".join(digits[place : place + 2] for place in range(0, _MAC_DIGITS, 2))
    return "" if plain in gateways else plain


@lru_cache(maxsize=4096)
def is_address(station: str) -> bool:
    """True for an IPv4 or IPv6 address."""
    try:
        ip_address(station)
    except ValueError:
        return False
    return True
