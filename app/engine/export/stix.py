"""Alerts and their evidence as a STIX 2.1 bundle (OASIS STIX version 2.1): sightings of ATT&CK techniques by this program.

The same case gives the same bundle: ids of what is observed are those that the standard asks for (section 2.9), all others are
made in the same manner from a name space of our own.
"""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec

from app import __version__
from app.engine.export.analysis import iso
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.alert import Alert, plain
from app.model.entity import EntityRef

OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Name space of ids of cyber-observable objects (section 2.9)."""
OWN = UUID("6f9b7c2e-2f6e-5d0c-9f5e-3a7d1c0b5e42")
CONFIDENCE = {"high": 85, "medium": 50, "low": 15}
"""Admiralty-like words as numbers (section 3.2, appendix A: high, medium, low)."""
EVIDENCE = 200
"""Activities of an alert that are observed one by one; all are counted."""
Object = dict[str, Any]
_CONTRIBUTING = {
    "user-account": ("account_type", "account_login"),
    "domain-name": ("value",),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "network-traffic": ("start", "src_ref", "dst_ref", "src_port", "dst_port", "protocols"),
}
"""What ids of observed objects are made of (sections 6.3, 6.4, 6.8, 6.12, 6.17)."""


def bundle(queries: Queries, alerts: Sequence[Alert], veil: Callable[[Any], Any] = lambda value: value) -> Object:
    """The bundle of these alerts. veil: turns what leaves into what may be told; ids follow from what it gives."""
    made: dict[str, Object] = {}

    def add(one: Object) -> str:
        one = veil(one)
        if one["type"] in _CONTRIBUTING:  # an id made of a name would tell it
            said = {name: one[name] for name in _CONTRIBUTING[one["type"]] if name in one}
            one = {**one, "id": _observed(one["type"], said)["id"]}
        id: str = one["id"]
        made.setdefault(id, one)
        return id

    span = queries.span() or (0, 0)
    start = iso(span[0]) or ""
    program = add(
        _object("identity", "wardlight", start, name="Wardlight", identity_class="system", description=f"Wardlight {__version__}")
    )
    for alert in alerts:
        _alert(queries, alert, program, add)
    for incident in queries.incidents():
        held = [_id("sighting", f"{id} {technique}") for id in incident.alerts for technique in _techniques(alerts, id)]
        held = [one for one in held if one in made]
        if held:
            add(
                _object(
                    "grouping", incident.id, iso(incident.first) or start, name=incident.title, context="suspicious-activity",
                    created_by_ref=program, object_refs=held, labels=[f"severity-{incident.severity}"],
                )
            )  # fmt: skip
    return {"type": "bundle", "id": _id("bundle", " ".join(sorted(made))), "objects": list(made.values())}


def _techniques(alerts: Iterable[Alert], id: str) -> tuple[str, ...]:
    return next((one.techniques for one in alerts if one.id == id), ())


def _alert(queries: Queries, alert: Alert, program: str, add) -> None:  # type: ignore[no-untyped-def]
    finding = alert.finding
    first, last = iso(finding.first) or "", iso(finding.last) or ""
    parties = {
        ref.key: add(one)
        for ref in (*finding.accounts, *finding.sources, *finding.targets, *finding.domain_controllers)
        if (one := _party(ref)) is not None
    }
    refs = sorted(set(parties.values()))
    for activity in queries.activities_of(finding.evidence[:EVIDENCE]):
        refs += [one for one in _traffic(activity, add) if one not in refs]
    seen = None
    if refs:
        seen = add(
            _object(
                "observed-data", alert.id, first, created_by_ref=program, first_observed=first, last_observed=last,
                number_observed=min(max(1, len(finding.evidence)), 999_999_999), object_refs=refs,
            )
        )  # fmt: skip
    rank = {"high": 90, "medium": 50, "low": 20}[alert.severity]
    techniques = []
    for technique in alert.techniques:
        pattern = add(
            _object(
                "attack-pattern", technique, first, name=technique,
                external_references=[
                    {
                        "source_name": "mitre-attack",
                        "external_id": technique,
                        "url": f"https://attack.mitre.org/techniques/{technique.replace('.', '/')}",
                    }
                ],
            )
        )  # fmt: skip
        techniques.append(pattern)
        sighting = _object(
            "sighting", f"{alert.id} {technique}", first, created_by_ref=program, sighting_of_ref=pattern, first_seen=first,
            last_seen=last, count=1, confidence=CONFIDENCE[finding.confidence],
            description=" ".join([f"{alert.title}:", *(plain(each) for each in finding.story)]),
            labels=[f"severity-{alert.severity}", f"severity-score-{rank}", alert.detector, alert.state.replace(" ", "-")],
            external_references=[{"source_name": "wardlight", "external_id": alert.id}],
        )  # fmt: skip
        if seen is not None:
            sighting["observed_data_refs"] = [seen]
        add(sighting)
    words = [*(plain(fact.text) for fact in finding.facts), *([f"Analyst: {alert.note}"] if alert.note else [])]
    if words and (techniques or seen):
        add(
            _object(
                "note", alert.id, first, created_by_ref=program, abstract=f"{alert.title}: why it was raised",
                content="\n".join(words), object_refs=[*([seen] if seen else []), *techniques],
                labels=[f"classification-{alert.classification.replace(' ', '-')}"],
            )
        )  # fmt: skip


def _object(type: str, of: str, at: str, /, **rest: object) -> Object:
    at = _milliseconds(at)
    said = {key: _milliseconds(value) if key in ("first_observed", "last_observed", "first_seen", "last_seen") else value
            for key, value in rest.items()}  # fmt: skip
    return {"type": type, "spec_version": "2.1", "id": _id(type, of), "created": at, "modified": at, **said}


def _milliseconds(at: object) -> str:
    """A time as the standard writes it: three digits behind the second (section 3.6)."""
    text = str(at)
    return f"{text[:23]}Z" if len(text) == 27 else text


def _shortest(at: object) -> str:
    """A time of an observed object, whose id is made of its text too: without zeros at its end, as other programs write it."""
    return f"{_milliseconds(at).rstrip('Z').rstrip('0').rstrip('.')}Z"


def _id(type: str, name: str) -> str:
    return f"{type}--{uuid5(OWN, f'{type} {name}')}"


def _observed(type: str, contributing: dict[str, object], **rest: object) -> Object:
    """A cyber-observable object with its id from what contributes to it, as canonical JSON (RFC 8785)."""
    canonical = msgspec.json.encode(contributing, order="sorted").decode()
    return {"type": type, "spec_version": "2.1", "id": f"{type}--{uuid5(OBSERVABLES, canonical)}", **contributing, **rest}


def _party(ref: EntityRef) -> Object | None:
    kind, _, rest = ref.key.partition(":")
    if kind == "user":
        domain, _, name = rest.rpartition("\\")
        said: dict[str, object] = {"account_login": name or rest, "account_type": "windows-domain"}
        return _observed("user-account", said, display_name=f"{domain}\\{name}" if domain else ref.label)
    if kind == "address":
        return _address(rest)
    if kind == "computer":
        return _observed("domain-name", {"value": rest})
    return None


def _address(ip: str) -> Object | None:
    try:
        version = ipaddress.ip_address(ip).version
    except ValueError:
        return None
    return _observed(f"ipv{version}-addr", {"value": ip})


def _traffic(activity: Activity, add) -> list[str]:  # type: ignore[no-untyped-def]
    """The connection of an activity and its two ends."""
    ends = [_address(one.ip) if one is not None and not one.host else None for one in (activity.source, activity.destination)]
    if activity.source is None or activity.destination is None or None in ends or activity.record is not None:
        return []
    source, target = (add(one) for one in ends)
    both = (("src_port", activity.source), ("dst_port", activity.destination))
    ports = {name: end.port for name, end in both if 0 < end.port < 65_536}
    said: dict[str, object] = {
        "src_ref": source, "dst_ref": target, **ports, "start": _shortest(iso(activity.at)),
        "protocols": [f"ipv{'6' if ':' in activity.source.ip else '4'}", activity.kind.partition("-")[0]],
    }  # fmt: skip
    return [add(_observed("network-traffic", said, is_active=False)), source, target]
