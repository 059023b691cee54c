"""An alert as TheHive 5 takes one (POST /api/v1/alert, InputAlert of its API): with what was observed, once for each id."""

import ipaddress

from app.engine.notices.plain import mail_text
from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.notice import Notice

SEVERITIES = {"low": 1, "medium": 2, "high": 3}
AMBER = 2
"""TLP and PAP of what names people and machines of one organisation."""
KINDS = {"computer": "hostname", "controller": "hostname", "domain": "domain"}
LONGEST = 1_000_000
"""Characters of a description."""


def thehive(alert: Alert, one: Notice) -> dict[str, object]:
    """The object to post. sourceRef is the alert's id, so that TheHive refuses to have it twice."""
    finding = alert.finding
    roles = (
        ("account", finding.accounts), ("source", finding.sources), ("target", finding.targets),
        ("domain-controller", finding.domain_controllers),
    )  # fmt: skip
    seen: dict[tuple[str, str], dict[str, object]] = {}
    for role, refs in roles:
        for ref in refs:
            kind, data = observable(ref)
            held = seen.setdefault((kind, data), {"dataType": kind, "data": data, "message": f"{role}: {ref.label}", "tags": []})
            tags = held["tags"]
            assert isinstance(tags, list)
            if role not in tags:
                tags.append(role)
    return {
        "type": "wardlight",
        "source": "Wardlight",
        "sourceRef": alert.id,
        "title": one.title,
        "description": mail_text(one)[:LONGEST],
        "severity": SEVERITIES[one.severity],
        "date": one.first // 1_000,
        "tags": [
            f"wardlight:{alert.detector}", *(f"attack:{technique}" for technique in one.techniques),
            *([f"external-id:{one.external_id}"] if one.external_id else []),
        ],
        "tlp": AMBER,
        "pap": AMBER,
        "observables": list(seen.values()),
    }  # fmt: skip


def observable(ref: EntityRef) -> tuple[str, str]:
    """(dataType, data) of a party."""
    kind, _, rest = ref.key.partition(":")
    if kind == "address":
        try:
            return "ip", str(ipaddress.ip_address(rest))
        except ValueError:
            return "other", rest or ref.label
    if kind == "computer":
        return ("fqdn" if "." in rest else "hostname"), rest or ref.label
    return KINDS.get(kind, "other"), rest or ref.label
