"""Whom an activity concerns: what routes leave out would have been left at once, whoever the detector and whatever comes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app.engine.context import Context, Tags
from app.engine.detector import Detector
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.profiles import Profiles
from app.engine.profiles.habits import READERS
from app.engine.running import Routes, run_told
from app.model.activity import Account, Activity, Endpoint, event_order
from app.model.details import (
    KINDS,
    DnsQuery,
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapBind,
    LdapSearch,
    NameObservation,
    Ntlm,
    RpcCall,
)
from app.model.events import EventKerberos, EventLogon, EventShare
from app.model.identifiers import ROOT_KEYS
from app.model.tags import HONEYTOKEN
from app.model.tuning import DEFAULT, Tuning
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from tests.cases.table import FIRES, STAYS_QUIET
from tests.material import ROOT

SHARED = ROOT.parent / "shared"
MATERIAL = [ROOT / "resources" / "samples", SHARED / "lab" / "captures", SHARED / "corpus" / "evtx", SHARED / "corpus" / "pcap"]
FINER = [one for one in DETECTORS if one.sign_ins is not None or one.silent is not None or one.forms]


class Shut(Memory):
    """Memory of a detector that has no business with it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError("what was left out remembers, or recalls, something")


def whole(detector: Detector) -> Detector:
    """The same detector, asked about everything that it watches."""
    return replace(detector, sign_ins=None, silent=None, forms={})


def known(activities: Iterable[Activity]) -> Knowledge:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return knowledge


def left_out(
    activities: Sequence[Activity], knowledge: Knowledge, tags: Tags, tuning: Tuning
) -> Iterator[tuple[Detector, Activity]]:
    """Each activity with each detector that is not asked about it, though it watches such."""
    contexts = [Context(knowledge, Memory(), tuning, tags, detector=one.id) for one in FINER]
    fine = Routes(zip(FINER, contexts, strict=True))
    coarse = Routes((whole(one), context) for one, context in zip(FINER, contexts, strict=True))
    for activity in activities:
        asked = {one.id for one, *_ in fine.of(activity)}
        yield from ((one, activity) for one, *_ in coarse.of(activity) if one.id not in asked)


def learned(activities: Iterable[Activity]) -> Counter[str]:
    """How many activities of a kind from which profiles are made were not read; each is shown, to whoever reads the others."""
    routes, counted, book = Routes(()), Counter[str](), Profiles(Knowledge())
    for activity in activities:
        read = READERS.get(type(activity.detail))
        if read is not None and routes.way(activity)[2] is None:
            read(book, activity)
            counted[activity.kind] += 1
    assert not book.today and not book._of, "what was left out is learned by who reads it"
    return counted


def check(activities: Sequence[Activity], tags: Tags, tuning: Tuning = DEFAULT) -> Counter[str]:
    """How many activities were left out by detector; each is shown to the detector, which must go without a trace."""
    knowledge, counted = known(activities), Counter[str]()
    shut: Any = Shut.__new__(Shut)
    profiles: Any = Profiles.__new__(Profiles)
    for detector, activity in left_out(activities, knowledge, tags, tuning):
        context = Context(knowledge, shut, tuning, tags, shut, detector.id, detector.learning, profiles)
        assert not list(detector.detect(activity, context)), (detector.id, activity)
        counted[detector.id] += 1
    return counted


def alerts(detectors: Iterable[Detector], activities: Sequence[Activity], tags: Tags, tuning: Tuning) -> list[Any]:
    return run_told(detectors, ((one, ()) for one in activities), known(activities), tuning=tuning, tags=tags)


CASES = [
    (f"{detector}: {name}", case)
    for table in (FIRES, STAYS_QUIET)
    for detector, cases in table.items()
    for name, case in cases.items()
]


def test_no_case_tells_otherwise_what_is_left_out() -> None:
    everything = [whole(one) for one in DETECTORS]
    counted = Counter[str]()
    for name, case in CASES:
        counted += check(case.activities, case.tags, case.tuning)
        ordered = sorted(case.activities, key=event_order)
        given = (ordered, case.tags, case.tuning)
        assert alerts(DETECTORS, *given) == alerts(everything, *given), name

    assert set(counted) == {one.id for one in FINER}  # each leaves something out, so each was tried


def test_no_case_teaches_a_profile_what_is_left_out() -> None:
    counted = sum((learned(case.activities) for _, case in CASES), Counter[str]())

    assert set(counted) >= {KINDS[kind] for kind in (RpcCall, KerberosTgs, EventLogon, EventKerberos, EventShare)}


def test_nothing_is_asked_or_written_about_a_kind_that_nobody_uses() -> None:
    said = NameObservation(address="10.0.0.1", name="ws1", method="mdns")
    activity = Activity(at=1, until=1, input="capture", frames=(1,), detail=said)
    knowledge = known([activity])

    routes = Routes((one, Context(knowledge, Memory(), detector=one.id)) for one in DETECTORS)

    assert routes.way(activity) == (None, (), None)


@pytest.mark.parametrize("place", MATERIAL, ids=lambda one: one.name)
def test_no_material_tells_otherwise_what_is_left_out(place: Path) -> None:
    if not place.exists():
        pytest.skip("the shared material is not here")
    activities: list[Activity] = []
    for found in find_inputs([place]):
        read_input(found, activities.extend)
    activities.sort(key=event_order)

    assert check(activities, {})
    assert learned(activities)
    assert alerts(DETECTORS, activities, {}, DEFAULT) == alerts([whole(one) for one in DETECTORS], activities, {}, DEFAULT)


def made(number: int, **fields: str) -> Activity:
    event = EventLogon(event_id=number, channel="Security", computer="dc1.corp.test", record=1, fields=fields)
    who = Account(name=fields.get("TargetUserName", ""), domain="CORP", sid=fields.get("TargetUserSid"))
    return Activity(at=1_000_000, until=1_000_000, input="log", record=1, account=who, detail=event)


@pytest.mark.parametrize("number", [4624, 4625, 4648, 4672])
@pytest.mark.parametrize("result", ["success", "failure", "unanswered"])
def test_logons_written_in_any_way_are_left_out_only_by_who_would_go(number: int, result: Any) -> None:
    kinds = ["3", "0x3", " 3", "2", "9", "10", "", "-", "three", "99"]
    packages = [
        ("Kerberos", "-"),
        ("Kerberos", "NTLM V2"),
        ("NTLM", "NTLM V2"),
        ("ntlm", "-"),
        ("Negotiate", ""),
        ("kerberos ", "-"),
    ]
    names = {"TargetUserName": "DC1$", "TargetUserSid": "S-1-5-21-1-2-3-500", "WorkstationName": "EVIL"}
    for kind in kinds:
        for package, old in packages:
            words = {"LogonType": kind, "AuthenticationPackageName": package, "LmPackageName": old, **names}
            check([replace(made(number, **words), result=result, code=0xC000006A)], {})


SERVICES = ("krbtgt/CORP.TEST", "cifs/fs1", "CIFS/fs1:445/x", "cifs@x/fs1", "cifs", "HOST/fs1", "ws1$", "http/web", None)
CLIENTS = (
    "ws1$",
    "CORP\\WS1$",
    "a@b$",
    "CN=a,OU=b$",
    "cn=b$,ou=a",
    "ws1$ ",
    "$",
    "host/ws1$",
    "ws1$@CORP.TEST",
    "alice",
    "",
    None,
)
FILTERS = (
    "(servicePrincipalName=*)", "( service Principal Name = *)", "(&(objectClass=contact)(thumbnailPhoto=*))",
    "(&(ObjectClass= Contact)(!(ThumbnailPhoto=x)))", "(sAMAccountName=alice)", "(cn=*admin*)", "(objectClass=dnsNode)", "",
)  # fmt: skip
BASES = ("CN=ADFS,CN=Microsoft,CN=Program Data,DC=corp,DC=test", f"{ROOT_KEYS.upper()}DC=corp", "DC=DomainDnsZones,DC=corp", "")
WANTED = (("msDS-ManagedPassword",), ("cn", "MSKDS-ROOTKEYDATA"), ("thumbnailPhoto",), ("*",), ())
NAMES = (
    "_kerberos.corp.test",
    "_" * 45 + ".a.b",
    "0123456789abcdef" * 3 + ".x.y",
    "dnscat.0123456789abcdef",
    "5.4.3.10.in-addr.arpa",
    ".",
)
ASKED = ("A", "TXT", "URI", "PTR", "AXFR", "SIG", "SRV", "")
WRITTEN: dict[str, list[Any]] = {
    "kerberos-as": [
        KerberosAs(client=one, realm="CORP.TEST", service=service, request_etypes=etypes, padata_etype=proof)
        for one, service, etypes, proof in product(CLIENTS, SERVICES[:2], ((18, 23), (23,)), (None, 18))
    ],
    "kerberos-tgs": [
        KerberosTgs(client=one, realm="CORP.TEST", service=service, s4u2proxy=proxy)
        for one, service, proxy in product(("alice", "ws1$", None), SERVICES, (False, True))
    ],
    "ldap-search": [
        LdapSearch(base=base, scope=scope, filter=text, attributes=wanted, entries=5)
        for base, scope, text, wanted in product(BASES, (0, 1, 2), FILTERS, WANTED)
    ],
    "ldap-bind": [
        LdapBind(method=method, name="alice", password_length=length)
        for method, length in product(("simple", "GSSAPI", ""), (None, 0, 8))
    ],
    "dns-query": [DnsQuery(name=name, type=asked) for name, asked in product(NAMES, ASKED)],
    "kerberos-ap": [KerberosAp(carrier=carrier, service="http/web", ticket_hash="t") for carrier in ("http", "smb2", "")],
    "ntlm": [Ntlm(user=one or None, domain="CORP", carrier=carrier) for one, carrier in product(CLIENTS, ("http", "smb2"))],
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_packets_written_in_any_way_are_left_out_only_by_who_would_go(kind: str) -> None:
    source = Endpoint(ip="10.0.0.7", port=50_000)
    ends = [Endpoint(ip="10.0.0.1", port=88), Endpoint(ip="10.0.0.1", port=5985), None]
    answers: list[tuple[Any, int]] = [("success", 0), ("failure", 24), ("failure", 25), ("failure", 3), ("unanswered", 0)]
    activities = [
        Activity(
            at=number,
            until=number,
            input="packets",
            frames=(number,),
            result=result,
            code=code,
            detail=detail,
            source=source,
            destination=end,
        )
        for number, (detail, (result, code), end) in enumerate(product(WRITTEN[kind], answers, ends), 1)
    ]

    assert check(activities, {})


def test_what_is_known_later_brings_back_who_was_silent() -> None:
    (honey,) = (one for one in DETECTORS if one.id == "honeytoken_activity")
    first, tags = made(4624, TargetUserName="bait", LogonType="3"), {"user:corp\\bait": {HONEYTOKEN: True}}
    knowledge = known([first])
    context = Context(knowledge, Memory(), tags={}, detector=honey.id)
    routes = Routes([(honey, context)])

    assert routes.of(first) == ()

    context.tags = tags
    context.know(knowledge, None, ())
    assert routes.of(first) == ()
    routes.forget()
    assert [one.id for one, *_ in routes.of(first)] == ["honeytoken_activity"]
