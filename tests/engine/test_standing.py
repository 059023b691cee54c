"""How an entity stands in the directory and at gateways, and what single records say."""

from pathlib import Path

import pytest

from app.engine.queries import Queries
from app.engine.queries.told import MOST, facts
from app.engine.store import set_tag
from app.model.activity import Account, Activity, Endpoint
from app.model.details import KerberosAs, RadiusAccounting
from app.model.directory import DirectoryChange, DirectoryObject
from tests.engine.workspace import MINUTE, START, fill

BASE = "DC=corp,DC=test"


def told(number: int, detail: object, at: int = START) -> Activity:
    return Activity(at=at, until=at, input="dddd", record=number, detail=detail)  # type: ignore[arg-type]


def group(number: int, name: str, *members: str) -> Activity:
    one = DirectoryObject(dn=f"CN={name},{BASE}", object_class="group", domain="corp.test", sam=name, members=members)
    return told(number, one)


@pytest.fixture
def queries(tmp_path: Path):
    user = DirectoryObject(
        dn=f"CN=anna,{BASE}", object_class="user", domain="corp.test", sam="anna", uac=0x400200, sid="S-1-5-21-1-2-3-1105"
    )
    session = RadiusAccounting(status="Start", session="s1", framed_ip="10.9.0.5", nas="192.0.2.30", tunnel_client="203.0.113.9",
                               place="Amsterdam, NL")  # fmt: skip
    start = Activity(
        at=START + MINUTE, until=START + MINUTE, input="vvvv", record=1, source=Endpoint("192.0.2.30", 1813),
        account=Account(name="anna", domain="corp.test"), detail=session,
    )  # fmt: skip
    objects = [told(1, user), group(2, "staff", f"CN=anna,{BASE}"), group(3, "all", f"CN=staff,{BASE}")]
    fill(tmp_path / "w", {"dddd": objects, "vvvv": [start]})
    found = Queries(tmp_path / "w")
    yield found
    found.close()


def test_groups_are_direct_or_nested_and_options_are_words(queries: Queries) -> None:
    entry = queries.standing("user:corp.test\\anna").directory
    assert entry is not None and entry.at == START
    assert entry.options == ("normal account", "no pre-authentication")
    assert [one.label for one in entry.groups] == ["staff"]
    assert [one.key for one in entry.nested] == ["group:corp.test\\all"] and entry.total_nested == 1
    assert ("SID", "S-1-5-21-1-2-3-1105") in entry.facts and not entry.members


def test_members_are_direct_with_the_number_of_the_deeper_ones(queries: Queries) -> None:
    entry = queries.standing("group:corp.test\\all").directory
    assert entry is not None
    assert [one.key for one in entry.members] == ["group:corp.test\\staff"]
    assert (entry.total_members, entry.deeper) == (1, 1)


def test_a_session_ties_user_inside_outside_and_place(queries: Queries) -> None:
    (one,) = queries.standing("user:corp.test\\anna").sessions
    assert one.who is not None and one.who.key == "user:corp.test\\anna"
    assert (one.inside, one.outside, one.place, one.gateway) == (("10.9.0.5",), ("203.0.113.9",), "Amsterdam, NL", "192.0.2.30")
    assert not one.over and queries.activity(one.proof) is not None


def test_tags_by_hand_are_told_apart(queries: Queries, tmp_path: Path) -> None:
    key = "user:corp.test\\anna"
    set_tag(tmp_path / "w", key, "Honeytoken", True)
    set_tag(tmp_path / "w", key, "Sensitive", False)
    assert queries.standing(key).said == {"Honeytoken": True, "Sensitive": False}
    assert queries.standing("user:corp.test\\nobody").said == {} and queries.standing("nonsense").directory is None


def test_records_say_all_that_they_hold() -> None:
    one = DirectoryObject(object_class="user", sam="anna", uac=0x2, members=tuple(f"CN={n}" for n in range(MOST + 5)))
    said = facts(one)
    assert ("userAccountControl", "0x2", "disabled") in said and len(said) == MOST + 1
    assert said[-1][0] == "More"
    change = facts(DirectoryChange(what="group membership added", dn="CN=x", attribute="member", new=("CN=anna", "CN=ben")))
    assert [one[1] for one in change if one[0] == "After"] == ["CN=anna", "CN=ben"]
    packet = RadiusAccounting(status="Stop", nas="10.0.0.3", session_seconds=600, nas_port_type=5)
    radius = {name: (value, words) for name, value, words in facts(packet)}
    assert radius["NAS"] == ("10.0.0.3", "") and radius["Session seconds"] == ("600", "10 min")
    assert radius["NAS port type"] == ("5", "virtual")
    assert facts(KerberosAs()) == ()
