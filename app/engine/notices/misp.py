"""Alerts as one MISP event (MISP core format, draft-dulaunoy-misp-core-format): what was observed, and each alert in words.

The same alerts give the same event with the same identifiers, so that importing it again changes nothing.
"""

import ipaddress
from collections.abc import Iterable
from uuid import uuid5

from app import __version__
from app.engine.export.stix import OWN
from app.engine.notices.times import moment
from app.model.alert import RANK, Alert, plain
from app.model.counting import counted
from app.model.entity import EntityRef

THREAT = {3: "1", 2: "2", 1: "3", 0: "4"}
"""threat_level_id: high, medium, low, undefined (section 2.2.1.4)."""
ONGOING, OWN_ORGANISATION = "1", "0"
NETWORK, TARGETED, INTERNAL = "Network activity", "Targeting data", "Internal reference"


def misp(alerts: Iterable[Alert], name: str) -> dict[str, object]:
    """The event. name: of the case."""
    chosen = list(alerts)
    first = min((one.finding.first for one in chosen), default=0)
    last = max((one.finding.last for one in chosen), default=0)
    worst = max((RANK[one.severity] for one in chosen), default=0)
    uuid = str(uuid5(OWN, f"misp {' '.join(sorted(one.id for one in chosen))}"))
    attributes: dict[tuple[str, str], dict[str, object]] = {}
    for alert in chosen:
        for attribute in _attributes(alert, uuid):
            key = str(attribute["type"]), str(attribute["value"])
            held = attributes.setdefault(key, attribute)
            if held is not attribute and str(attribute["comment"]) not in str(held["comment"]):
                held["comment"] = f"{held['comment']}; {attribute['comment']}"[:2_000]
    techniques = dict.fromkeys(technique for one in chosen for technique in one.techniques)
    return {
        "Event": {
            "uuid": uuid,
            "info": f"{name}: {counted(len(chosen), 'suspicious activity', 'suspicious activities')} in Active Directory",
            "date": moment(first).strftime("%Y-%m-%d"),
            "timestamp": str(last // 1_000_000),
            "threat_level_id": THREAT[worst],
            "analysis": ONGOING,
            "distribution": OWN_ORGANISATION,
            "published": False,
            "Tag": [
                {"name": "tlp:amber"}, {"name": f'wardlight:version="{__version__}"'},
                *({"name": f'wardlight:technique="{one}"'} for one in techniques),
            ],
            "Attribute": list(attributes.values()),
        }
    }  # fmt: skip


def _attributes(alert: Alert, event: str) -> Iterable[dict[str, object]]:
    finding = alert.finding
    at = str(finding.last // 1_000_000)

    def made(kind: str, category: str, value: str, comment: str) -> dict[str, object]:
        return {
            "uuid": str(uuid5(OWN, f"misp {event} {kind} {value}")), "type": kind, "category": category, "value": value,
            "to_ids": False, "distribution": "5", "timestamp": at, "comment": comment,
        }  # fmt: skip

    words = " ".join(plain(one) for one in finding.story)
    span = f"{moment(finding.first).isoformat()} to {moment(finding.last).isoformat()}"
    text = f"{alert.title} ({alert.severity}; {', '.join(alert.techniques)}; {span}): {words} [{alert.id}]"
    yield made("text", INTERNAL, text, "suspicious activity")
    for ref in finding.sources:
        yield made(*_place(ref, "ip-src"), f"source of: {alert.title}")
    for ref in (*finding.targets, *finding.domain_controllers):
        if ref.key.startswith("user:"):
            yield made("target-user", TARGETED, _account(ref), f"target of: {alert.title}")
        elif ref.key.startswith(("computer:", "address:")):
            yield made("target-machine", TARGETED, ref.key.partition(":")[2] or ref.label, f"target of: {alert.title}")
    for ref in finding.accounts:
        role = "attacked by" if alert.attacked_accounts else "used in"
        yield made("target-user", TARGETED, _account(ref), f"{role}: {alert.title}")


def _place(ref: EntityRef, address: str) -> tuple[str, str, str]:
    """(type, category, value) of a computer or an address."""
    rest = ref.key.partition(":")[2]
    try:
        return address, NETWORK, str(ipaddress.ip_address(rest))
    except ValueError:
        return "hostname", NETWORK, rest or ref.label


def _account(ref: EntityRef) -> str:
    return ref.key.partition(":")[2] or ref.label
