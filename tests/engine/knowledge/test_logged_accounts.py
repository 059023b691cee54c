"""Whose account a log means: of a computer, of a domain under either of its names, Windows' own, nobody's."""

from pathlib import Path

import pytest

from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.engine.store.actors import Actor, actor_of, dump, example, load
from app.model.activity import Account, Activity, Endpoint
from app.model.details import KerberosAs
from app.model.directory import DirectoryObject
from app.model.events import EventAccount, EventKerberos, EventLogon, EventNtlm, EventProcess
from tests.engine.workspace import START, fill

SID = "S-1-5-21-11-12-13"


def event(kind: type, number: int, computer: str, who: Account | None, place: int = 1, **fields: str) -> Activity:
    return Activity(
        at=START + place, until=START + place, input="log", record=place, account=who,
        detail=kind(event_id=number, computer=computer, channel="Security", fields=fields),
    )  # fmt: skip


def knowing(*activities: Activity) -> Knowledge:
    known = Knowledge()
    for activity in activities:
        known.observe(activity)
    return known


def key(known: Knowledge, activity: Activity) -> str | None:
    """Who acted, asked of the activity and of what the store keeps of it; both must agree."""
    actor = actor_of(activity)
    ref = known.account_entity(activity)
    stored = known.account_entity(example(load(dump(actor)))) if actor is not None else None
    assert stored == ref
    return ref.key if ref else None


CONTROLLER = event(EventKerberos, 4768, "DC1.corp.test", Account(name="bob", domain="CORP"), TargetUserName="bob",
                   TargetDomainName="CORP", Status="0x0")  # fmt: skip


def test_an_account_without_a_domain_is_of_the_domain_on_a_controller_and_of_the_computer_elsewhere() -> None:
    known = knowing(CONTROLLER)

    assert key(known, event(EventNtlm, 4776, "DC1.corp.test", Account(name="Alice"))) == "user:corp.test\\alice"
    assert key(known, event(EventNtlm, 4776, "ws1.corp.test", Account(name="Alice"))) == "user:ws1\\alice"
    assert key(known, event(EventLogon, 4625, "WS2", Account(name="Alice", domain="."))) == "user:ws2\\alice"
    assert key(known, event(EventLogon, 4624, "ws1.corp.test", Account(name="alice", domain="WS1"))) == "user:ws1\\alice"
    assert key(known, event(EventLogon, 4624, "ws1.corp.test", Account(name="alice", domain="CORP"))) == "user:corp.test\\alice"
    assert key(known, event(EventKerberos, 4771, "DC1.corp.test", Account(name="WS1$"))) == "computer:ws1.corp.test"
    assert key(known, event(EventNtlm, 4776, "ws1.corp.test", Account(name="alice@corp.test"))) == "user:corp.test\\alice"


def test_windows_own_principals_are_their_computer_or_nobody() -> None:
    known = knowing(CONTROLLER)
    system, service = (
        Account(name="SYSTEM", domain="NT AUTHORITY", sid="S-1-5-18"),
        Account(name="UMFD-0", domain="Font Driver Host"),
    )
    nobody = Account(name="ANONYMOUS LOGON", domain="NT AUTHORITY", sid="S-1-5-7")

    assert key(known, event(EventProcess, 4688, "ws1.corp.test", system)) == "computer:ws1.corp.test"
    assert key(known, event(EventProcess, 4688, "ws2.corp.test", system)) == "computer:ws2.corp.test"
    assert key(known, event(EventLogon, 4624, "ws2.corp.test", service)) == "computer:ws2.corp.test"
    assert key(known, event(EventLogon, 4624, "ws2.corp.test", nobody)) is None
    assert known.account("SYSTEM", "NT AUTHORITY") is None


def test_a_domain_is_one_under_its_two_names_by_what_its_computers_call_themselves() -> None:
    itself = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "WS1$", "SubjectDomainName": "NORTH"}
    named = event(EventProcess, 4688, "WS1.ads.corp.test", None, **itself)
    alone = event(EventProcess, 4688, "WS1.ads.corp.test", None, **(itself | {"SubjectDomainName": "WORKGROUP"}))

    assert knowing(named).account("alice", "NORTH") == knowing(named).account("alice", "ads.corp.test")
    other = knowing(alone).account("alice", "WORKGROUP")
    assert other is not None and other.key == "user:workgroup\\alice"


def test_a_domain_is_one_under_its_two_names_by_its_sid() -> None:
    short = event(EventAccount, 4738, "ws1", None, TargetSid=f"{SID}-1105", TargetUserName="alice", TargetDomainName="NORTH")
    full = event(EventKerberos, 4768, "dc1.ads.corp.test", None, TargetSid=f"{SID}-1106", TargetUserName="bob",
                 TargetDomainName="ADS.CORP.TEST", Status="0x0")  # fmt: skip
    foreign = event(
        EventAccount, 4738, "ws1", None, 3, TargetSid="S-1-5-21-7-7-7-1105", TargetUserName="eve", TargetDomainName="WS1"
    )
    for known in (knowing(short, full, foreign), knowing(foreign, full, short)):
        assert known.account("alice", "NORTH") == known.account("alice", "ads.corp.test")
        eve = known.account("eve", "WS1")
        assert eve is not None and eve.key == "user:ws1\\eve"


def test_one_account_whichever_source_names_it(tmp_path: Path) -> None:
    wire = Activity(
        at=START, until=START, input="wire", frames=(1,), source=Endpoint("10.0.0.21", 40_000),
        destination=Endpoint("10.0.0.1", 88),
        detail=KerberosAs(client="Alice", realm="CORP.TEST"),
    )  # fmt: skip
    log = [
        CONTROLLER,
        event(EventAccount, 4738, "DC1.corp.test", Account(name="bob", domain="CORP"), 2, TargetSid=f"{SID}-1105",
              TargetUserName="alice", TargetDomainName="CORP"),
        event(EventProcess, 4688, "ws1.corp.test", Account(name=f"{SID}-1105", sid=f"{SID}-1105"), 3),
        event(EventLogon, 4624, "ws1.corp.test", Account(name="alice", domain="CORP"), 4),
        event(EventNtlm, 4776, "DC1.corp.test", Account(name="ALICE"), 5),
        event(EventProcess, 4688, "ws1.corp.test", Account(name="SYSTEM", domain="NT AUTHORITY", sid="S-1-5-18"), 6),
    ]  # fmt: skip
    fill(tmp_path / "w", {"wire": [wire], "log": log})
    queries = Queries(tmp_path / "w")
    counted = {row.ref.key: row.activities for row in queries.entities("user")}
    queries.close()

    assert counted == {"user:corp.test\\alice": 4, "user:corp.test\\bob": 2}


@pytest.mark.parametrize("actor", [Actor(name="a", domain="b"), Actor(ticket="t"), Account(name="a", domain="b", sid=None)])
def test_actors_are_kept_as_before(actor: Actor | Account) -> None:
    """Workspaces of earlier versions hold the same bytes, so that their actors and new ones are one."""
    assert dump(actor)[0] == 0x94


def test_a_name_without_a_domain_is_the_only_account_of_that_name_in_the_directory() -> None:
    objects = [
        Activity(at=START, until=START, input="dir", record=place, detail=DirectoryObject(
            dn=f"CN={sam},DC={domain},DC=test", object_class="user", domain=f"{domain}.test", sam=sam,
            sid=f"S-1-5-21-{number}-1-1-{place}",
        ))
        for place, (number, domain, sam) in enumerate([(1, "one", "alice"), (2, "two", "bob"), (1, "one", "eve"),
                                                   (2, "two", "eve")], 1)
    ]  # fmt: skip
    known = knowing(*objects)
    found = [ref.key if (ref := known.account(name)) else None for name in ("Alice", "bob", "eve", "nobody.known")]

    assert found == ["user:one.test\\alice", "user:two.test\\bob", "user:eve", "user:nobody.known"]
