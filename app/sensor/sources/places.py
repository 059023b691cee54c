"""Where an address is, by a GeoIP file of the user's; nothing is asked of the network."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.details import RadiusAccounting
from app.sensor.sources.living import Cannot

PRIVATE = "private address"
Places = Callable[[str], str | None]
"""Place of a textual address: "Amsterdam, NL", "NL", PRIVATE, or None."""

_OWN = tuple(
    map(
        ip_network,
        (
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "fc00::/7", "fe80::/10", "::1/128",
        ),
    )
)  # fmt: skip
"""RFC 1918, RFC 6598 (carrier-grade NAT), RFC 3927, RFC 4193 and loopback."""


def open_places(path: str) -> Places:
    """Look-up in an .mmdb file; with "" only private addresses are told. Raises Cannot."""
    if not path:
        return lambda address: _place(address, None)
    import maxminddb  # only those who have such a file wait for it

    try:
        reader = maxminddb.open_database(str(Path(path)))
    except OSError as error:
        raise Cannot(f"The GeoIP file cannot be used: {error.strerror or error}.") from error
    except (ValueError, maxminddb.InvalidDatabaseError) as error:
        raise Cannot("The GeoIP file cannot be used: it is no MaxMind database.") from error
    return lambda address: _place(address, reader)


def _place(address: str, reader: Any) -> str | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if any(found.version == one.version and found in one for one in _OWN):
        return PRIVATE
    if reader is None:
        return None
    try:
        record = reader.get(found)
    except (ValueError, RuntimeError):  # damaged (InvalidDatabaseError is a RuntimeError), or a file of IPv4 only
        return None
    return _words(record) if isinstance(record, dict) else None


def _words(record: dict[str, Any]) -> str | None:
    """City and country code, in the layouts of the usual suppliers (names in languages, or plain texts)."""
    country = next((text for name in ("country", "registered_country", "country_code") if (text := _text(record.get(name)))), "")
    city = _text(record.get("city"))
    return ", ".join(one for one in (city, country) if one)[:120] or None


def _text(value: Any) -> str:
    if isinstance(value, dict):
        names = value.get("names")
        value = value.get("iso_code") or (names.get("en") if isinstance(names, dict) else None)
    return value if isinstance(value, str) else ""


def outside(detail: RadiusAccounting) -> str | None:
    """The client's outside address as far as the gateway told one that is an address."""
    for text in (detail.calling_station, detail.tunnel_client):
        for one in ((text or "").strip(), (text or "").strip().partition(" ")[0].strip("[]"), (text or "").partition(":")[0]):
            try:
                return str(ip_address(one))
            except ValueError:
                continue
    return None


def placing(sink: Callable[[list[Activity]], None], places: Places) -> Callable[[list[Activity]], None]:
    """A sink that places activities before it hands them on; for inputs that were read from files."""
    return lambda batch: sink([placed(one, places) for one in batch])


def placed(activity: Activity, places: Places) -> Activity:
    """The activity, its place told where it is RADIUS accounting from an address."""
    detail = activity.detail
    if isinstance(detail, RadiusAccounting) and (address := outside(detail)) and (place := places(address)):
        return replace(activity, detail=replace(detail, place=place))
    return activity
