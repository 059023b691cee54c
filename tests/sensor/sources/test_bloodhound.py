"""SharpHound collections: real ones, those of older versions, damaged ones."""

import json
import time
import zipfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.activity import Activity
from app.sensor.sensor import InputReport, read_input
from app.sensor.sources.bloodhound import read_bloodhound
from app.sensor.sources.content import Refused
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.kinds import kind_of
from tests.sensor.sources.reading import read

SID = "S-1-5-21-1-2-3"


def collection(elements: list[Any], kind: str = "users", **meta: Any) -> bytes:
    return json.dumps(
        {"data": elements, "meta": {"methods": 0, "type": kind, "count": len(elements), "version": 6} | meta}
    ).encode()


def user(rid: int, **more: Any) -> dict[str, Any]:
    held = {
        "name": f"U{rid}@A.TEST",
        "domain": "A.TEST",
        "samaccountname": f"u{rid}",
        "enabled": True,
        "whencreated": 1_700_000_000,
    }
    return {"Properties": held, "ObjectIdentifier": f"{SID}-{rid}", "PrimaryGroupSID": f"{SID}-513", "Aces": []} | more


@pytest.fixture(scope="module")
def real(shared: Path) -> list[tuple[InputReport, list[Activity], dict[str, Any]]]:
    path = shared / "corpus" / "bloodhound" / "so_ad_sampledata.zip"
    out = []
    with zipfile.ZipFile(path) as archive:
        for found in find_inputs([path]):
            batch: list[Activity] = []
            report = read_input(found, batch.extend)
            out.append((report, batch, json.loads(archive.read(found.member or "").decode("utf-8-sig"))))
    return out


def test_every_member_of_a_real_collection_is_told_by_its_content_and_read_whole(real: Any) -> None:
    assert len(real) == 31
    for report, batch, whole in real:
        assert (report.kind, report.state) == ("bloodhound", "done"), report
        own = [one for one in batch if one.ordinal == 0]
        assert report.records == len(own) == len(whole["data"])
        said = {one.what for one in report.problems}
        assert said == ({"the collection counts other elements than it holds"} if whole["meta"]["count"] != len(own) else set())


def test_classes_are_as_many_as_the_collection_counts(real: Any) -> None:
    counted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for _, batch, whole in real:
        counted[whole["meta"]["type"]] += len(whole["data"])
        found.update(one.detail.object_class for one in batch)

    assert found["computer"] == counted["computers"]
    assert found["group"] == counted["groups"]
    assert found["user"] + found["msDS-GroupManagedServiceAccount"] == counted["users"]
    assert found["pKICertificateTemplate"] == counted["certtemplates"]
    assert found["domainDNS"] == counted["domains"] == 3
    assert found["trustedDomain"] == sum(
        len(one["Trusts"]) for _, _, whole in real if whole["meta"]["type"] == "domains" for one in whole["data"]
    )


def test_members_sessions_and_rights_are_kept(real: Any) -> None:
    for _, batch, whole in real:
        for one, element in zip([each for each in batch if each.ordinal == 0], whole["data"], strict=True):
            members = [each["ObjectIdentifier"] for each in element.get("Members", [])]
            assert [each.split("CORP-")[-1] for each in members] == list(one.detail.members)
            sessions = {
                each["UserSID"]
                for name in ("Sessions", "PrivilegedSessions", "RegistrySessions")
                for each in (element.get(name) or {}).get("Results", [])
            }
            assert set(one.detail.facts.get("sessions", "").split("; ")) - {""} == sessions
            owners = {each["PrincipalSID"] for each in element.get("Aces", []) if each["RightName"] == "Owns"}
            assert all(owner.endswith(one.detail.facts["owner"].split("; ")[0]) for owner in list(owners)[:1])
        kept = {fact.lower() for one in batch for fact in one.detail.facts}
        assert not kept & {"userpassword", "unixpassword", "sfupassword", "unicodepassword"}


def test_older_versions_wrap_less() -> None:
    element = user(1103) | {
        "Members": [{"MemberId": f"{SID}-1104", "MemberType": "User"}],
        "LocalAdmins": [{"MemberId": f"{SID}-512", "MemberType": "Group"}],
        "Sessions": [{"UserId": f"{SID}-500", "ComputerId": f"{SID}-1103"}],
        "Trusts": [
            {"TargetDomainSid": SID, "TargetDomainName": "B.TEST", "TrustDirection": 3, "TrustType": 2, "IsTransitive": True}
        ],
        "Aces": [{"PrincipalSID": f"{SID}-7", "RightName": "ExtendedRight", "AceType": "GetChangesAll", "IsInherited": False}],
    }
    data = json.dumps({"computers": [element], "meta": {"type": "computers", "count": 1, "version": 3}}).encode()
    found, notes, _ = read(read_bloodhound, data)

    assert kind_of(data[:8192]) == "bloodhound"
    one, trust = (each.detail for each in found)
    assert one.object_class == "computer"
    assert one.members == (f"{SID}-1104",)
    assert one.facts["members of Administrators"] == f"{SID}-512"
    assert one.facts["sessions"] == f"{SID}-500"
    assert one.facts["GetChangesAll"] == f"{SID}-7"
    assert (trust.facts["trustPartner"], trust.facts["trustDirection"], trust.facts["trustType"]) == (
        "b.test",
        "bidirectional",
        "Forest",
    )
    assert not notes


def test_local_groups_of_version_five_and_account_control() -> None:
    element = user(1103) | {
        "LocalGroups": [{"Name": "REMOTE DESKTOP USERS@WS1.A.TEST", "Results": [{"ObjectIdentifier": f"{SID}-1104"}]}]
    }
    element["Properties"] |= {"enabled": False, "dontreqpreauth": True, "unixpassword": "secret", "pwdlastset": 1_700_000_100}
    ((found,), _, _) = read(read_bloodhound, collection([element]))

    assert found.detail.uac == 0x200 | 0x2 | 0x400000
    assert found.detail.facts["members of Remote Desktop Users"] == f"{SID}-1104"
    assert "secret" not in str(found)
    assert found.at == 1_700_000_100_000_000


def test_local_groups_are_known_by_number_and_policies_name_their_computers() -> None:
    computer = user(1103) | {
        "LocalGroups": [
            {
                "Name": "ADMINISTRATOREN@WS1.A.TEST",
                "ObjectIdentifier": f"{SID}-1103-544",
                "Results": [{"ObjectIdentifier": f"{SID}-512"}],
            }
        ]
    }
    unit = {
        "ObjectIdentifier": "0A0B0C0D-0000-0000-0000-000000000000",
        "Properties": {"name": "WS@A.TEST", "domain": "A.TEST", "distinguishedname": "OU=WS,DC=A", "whencreated": 1_700_000_000},
        "GPOChanges": {
            "LocalAdmins": [{"ObjectIdentifier": f"{SID}-513", "ObjectType": "Group"}],
            "RemoteDesktopUsers": [],
            "AffectedComputers": [{"ObjectIdentifier": f"{SID}-1103"}, {"ObjectIdentifier": f"{SID}-1104"}],
        },
    }  # fmt: skip
    ((one,), _, _) = read(read_bloodhound, collection([computer], "computers"))
    ((other,), _, _) = read(read_bloodhound, collection([unit], "ous"))

    assert one.detail.facts["members of Administrators"] == f"{SID}-512"
    assert other.detail.facts["policy members of Administrators"] == f"{SID}-513"
    assert other.detail.facts["policy computers"] == f"{SID}: 1103 1104"


def test_the_name_dates_a_collection_unless_its_content_is_later(tmp_path: Path) -> None:
    data = collection([user(1)])
    late, _, _ = read(read_bloodhound, data, "x/20240305110018_users.json")
    early, _, _ = read(read_bloodhound, data, "x/20190305110018_users.json")

    assert late[0].at == 1_709_636_418_000_000
    assert early[0].at == 1_700_000_000_000_000


def test_an_undated_member_has_the_date_of_its_archive_and_that_is_said(tmp_path: Path) -> None:
    element = user(1)
    del element["Properties"]["whencreated"]
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("users.json", (2025, 1, 2, 3, 4, 6)), collection([element]))
    (found,) = find_inputs([path])
    out: list[Activity] = []
    report = read_input(found, out.extend)

    assert out[0].at == 1_735_787_046_000_000
    assert "archive's date" in report.problems[0].what


def test_meta_first_and_brackets_inside_strings_do_not_mislead() -> None:
    element = user(1)
    element["Properties"]["description"] = 'a } ] { [ \\" "data":[ \\\\'
    data = json.dumps({"meta": {"type": "users", "count": 2, "version": 6}, "data": [element, user(2)]}, indent=1).encode()
    found, notes, records = read(read_bloodhound, data)

    assert records == 2
    assert found[0].detail.facts["description"] == element["Properties"]["description"]
    assert not notes


def test_an_empty_collection_is_one() -> None:
    for data in (collection([], "gpos"), json.dumps({"data": [], "meta": {"type": "gpos", "count": 0}}, indent=2).encode()):
        assert kind_of(data) == "bloodhound"
        assert read(read_bloodhound, data, "20240305110018_gpos.json") == ([], {}, 0)


def test_a_collection_that_is_cut_short_says_so() -> None:
    data = collection([user(number) for number in range(20)])
    with pytest.raises(Refused):
        read(read_bloodhound, data[:-200])
    found, notes, _ = read(read_bloodhound, data[: len(data) // 2] + data[-80:])

    assert 5 < len(found) < 20
    assert notes


def test_a_string_without_end_full_of_escapes_does_not_take_for_ever() -> None:
    data = b'{"meta":{"type":"users","count":1},"data":[{"a":"' + b'\\"' * 1_000_000
    began = time.monotonic()
    _, notes, _ = read(read_bloodhound, data, "20240305110018_users.json")

    assert time.monotonic() - began < 5
    assert notes


def test_nesting_without_end_is_refused_in_bounded_space() -> None:
    data = b'{"meta":{"type":"users","count":1},"data":[' + b'{"a":' * 100_000
    _, notes, _ = read(read_bloodhound, data, "20240305110018_users.json")

    assert any("cut short" in one for one in notes)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4))
def test_no_changed_bytes_raise(changes: list[tuple[int, int]]) -> None:
    data = bytearray(collection([user(1), user(2)]))
    for place, value in changes:
        data[place % len(data)] = value
    with suppress(Refused):
        read(read_bloodhound, bytes(data), "20240305110018_users.json")
