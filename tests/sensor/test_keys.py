"""What the lab's keys open in real captures, and that nothing else changes; tshark opens the same tickets."""

import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.model.activity import Activity, event_order
from app.model.details import KerberosAp, KerberosAs, KerberosTgs, LdapBind, LdapSearch, RpcCall, SmbSession, SmbTree
from app.model.pac import TicketFacts
from app.sensor.decoders.keytab import NO_KEYS, Entry, Key, Keys
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.keytabs import load_keys
from tests.material import SAMPLE

DATA = Path(__file__).resolve().parents[1] / "data"
KEYTAB = DATA / "lab.keytab"
LAB = load_keys([KEYTAB])


def only(*principals: str) -> Keys:
    return Keys(tuple(one for one in LAB.entries if one.principal in principals))


@cache
def read(path: Path, keys: Keys = NO_KEYS, window: int = 65_536) -> tuple[tuple[Activity, ...], dict[str, int]]:
    """Activities in event order, and problems with their counts."""
    found: list[Activity] = []
    (one,) = find_inputs([path])
    report = read_input(one, found.extend, keys=keys, window=window)
    return tuple(sorted(found, key=event_order)), {problem.what: problem.count for problem in report.problems}


def of(kind: type, activities: tuple[Activity, ...]) -> list[Activity]:
    return [one for one in activities if isinstance(one.detail, kind)]


def tickets(activities: tuple[Activity, ...]) -> Counter[str]:
    held = [
        getattr(one.detail, field, None)
        for one in activities
        if isinstance(one.detail, KerberosAs | KerberosTgs | KerberosAp)
        for field in ("ticket", "presented_ticket")
    ]
    return Counter(one.decrypted for one in held if isinstance(one, TicketFacts))


def sealed(problems: dict[str, int], word: str) -> int:
    return sum(count for what, count in problems.items() if what.startswith(word))


def test_every_ticket_of_the_domain_opens_with_valid_signatures() -> None:
    activities, _ = read(SAMPLE, LAB)
    issued = [one.detail for one in of(KerberosTgs, activities) if one.detail.pac and one.result == "success"]  # type: ignore[union-attr]

    assert tickets(activities) == {"yes": tickets(activities)["yes"]}
    assert tickets(activities)["yes"] > 700
    assert len(issued) > 200
    for detail in issued:
        pac = detail.pac  # type: ignore[union-attr]
        assert pac.server_signature == pac.kdc_signature == "valid"
        assert pac.ticket_signature == pac.full_signature == ("" if detail.service.startswith("krbtgt/") else "valid")  # type: ignore[union-attr]
        assert pac.domain == "CORP"
        assert pac.user and pac.sid and pac.sid.startswith("S-1-5-21-")
        assert pac.unreadable == ()


def test_the_account_becomes_known_from_the_ticket() -> None:
    before, after = (of(SmbSession, read(SAMPLE, keys)[0]) for keys in (NO_KEYS, LAB))
    kerberos = [one for one in after if one.ticket]

    assert len(before) == len(after)
    assert all(one.account is None for one in before if one.ticket)
    assert kerberos and all(one.account and one.account.domain == "CORP.TEST" and one.account.sid for one in kerberos)


def test_sealed_ldap_is_read_as_if_it_had_been_in_the_clear() -> None:
    (before, shut), (after, open_) = read(SAMPLE), read(SAMPLE, LAB)

    assert shut["LDAP sealed"] > 50
    assert "LDAP sealed" not in open_
    assert "LDAP message not understood" not in open_
    assert len(of(LdapSearch, after)) > len(of(LdapSearch, before)) + 20
    # What was sealed is still told to have been.
    assert sum(one.detail.encrypted for one in of(LdapBind, after)) == sum(one.detail.encrypted for one in of(LdapBind, before))  # type: ignore[union-attr]


def test_smb3_opens_with_an_ntlm_hash() -> None:
    path = DATA / "smb_encrypted.pcap"
    (before, shut), (after, open_) = read(path), read(path, LAB)

    assert shut == {"SMB3 encrypted": 30}
    assert open_ == {}
    assert [one.detail.path for one in of(SmbTree, after)] != []  # type: ignore[union-attr]
    assert of(RpcCall, after) != []
    assert [one.detail.encrypted for one in of(SmbSession, after)] == [True]  # type: ignore[union-attr]
    assert [one for one in after if one.kind in ("ntlm", "smb-session")] == list(before)


def test_sealed_calls_tell_what_they_asked() -> None:
    (_before, shut), (after, open_) = read(SAMPLE), read(SAMPLE, LAB)
    calls = [one.detail for one in of(RpcCall, after) if one.detail.opened]  # type: ignore[union-attr]

    assert {(one.operation, one.sealed, one.hidden) for one in calls} >= {("DRSGetNCChanges", True, False)}  # type: ignore[union-attr]
    assert any(one.stub.get("nc") == "DC=corp,DC=test" for one in calls)  # type: ignore[union-attr]
    assert sealed(open_, "RPC sealed") == sealed(shut, "RPC sealed") - len(calls)


@pytest.mark.parametrize("path", [SAMPLE, DATA / "smb_encrypted.pcap"], ids=lambda path: path.stem)
def test_keys_that_fit_nothing_change_nothing(path: Path) -> None:
    stranger = Keys(
        (Entry("krbtgt", "OTHER.TEST", 1, Key(18, bytes(range(32)))), Entry("nobody", "OTHER.TEST", 1, Key(23, bytes(16))))
    )
    bare: list[Activity] = []
    for one in read(path, stranger)[0]:
        detail = one.detail
        if isinstance(detail, KerberosAs):
            detail = replace(detail, ticket=None, client_key=None)
        elif isinstance(detail, KerberosTgs):
            detail = replace(detail, ticket=None, presented_ticket=None)
        elif isinstance(detail, KerberosAp):
            detail = replace(detail, ticket=None)
        bare.append(replace(one, detail=detail))

    assert tuple(bare) == read(path)[0]
    assert read(path, stranger)[1] == read(path)[1]
    assert set(tickets(read(path, stranger)[0])) <= {"no key"}


def test_a_key_of_that_name_and_version_that_does_not_fit_is_told() -> None:
    wrong = tuple(replace(one, key=Key(one.key.etype, one.key.value[::-1])) for one in LAB.entries if one.principal == "krbtgt")

    assert tickets(read(SAMPLE, Keys(wrong))[0])["wrong key"] > 300


@pytest.mark.parametrize("who", ["krbtgt", "DC1$"])
def test_one_key_opens_what_hangs_on_it(who: str) -> None:
    """The granting key opens session keys in the KDC's replies, also behind FAST; the controller's key its own tickets."""
    activities, problems = read(SAMPLE, only(who))

    assert problems.get("LDAP sealed", 0) < read(SAMPLE)[1]["LDAP sealed"] / 3
    assert 0 < tickets(activities)["yes"] < tickets(read(SAMPLE, LAB)[0])["yes"]


@pytest.mark.parametrize("window", [1, 7, 1000])
def test_the_size_of_a_window_does_not_matter(window: int) -> None:
    path = DATA / "smb_encrypted.pcap"

    assert read(path, LAB, window) == read(path, LAB)


def test_the_order_of_connections_does_not_matter_for_keys_from_the_kdc(shared: Path) -> None:
    path = shared / "lab" / "captures" / "golden_ticket.pcap"

    assert read(path, only("krbtgt"), 50) == read(path, only("krbtgt"))


def test_forged_tickets_open_and_lack_what_a_controller_adds(shared: Path) -> None:
    activities, _ = read(shared / "lab" / "captures" / "golden_ticket.pcap", LAB)
    shown = {
        (one.presented_pac.user, one.presented_pac.missing)  # type: ignore[union-attr]
        for one in (activity.detail for activity in of(KerberosTgs, activities))
        if one.presented_pac and one.presented_pac.missing  # type: ignore[union-attr]
    }

    assert shown
    assert all(missing == ("UPN and DNS information",) for _, missing in shown)


def test_a_password_change_is_known_to_have_worked(shared: Path) -> None:
    activities, problems = read(shared / "lab" / "captures" / "password_reset.pcap", LAB)
    (change,) = [one for one in activities if one.kind == "kerberos-password"]

    assert (change.result, change.detail.result_code) == ("success", 0)  # type: ignore[union-attr]
    assert change.account and change.account.name == "sybil.scott"
    assert "Kerberos password result sealed" not in problems


@pytest.mark.slow
def test_nothing_sealed_with_these_keys_stays_shut_in_the_lab(shared: Path) -> None:
    for path in sorted((shared / "lab" / "captures").glob("*.pcap")):
        activities, problems = read(path, LAB)
        assert tickets(activities)["wrong key"] == 0, path
        assert tickets(activities)["no key"] <= 1, path
        assert "SMB3 encrypted" not in problems, path
        assert "LDAP message not understood" not in problems, path
        if "packets cut short by the capture" not in problems:
            assert "LDAP sealed" not in problems, path


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not here")
def test_tshark_reads_the_same_clients_from_the_tickets() -> None:
    said = subprocess.run(
        ["tshark", "-r", str(SAMPLE), "-K", str(KEYTAB), "-o", "kerberos.decrypt:TRUE", "-Y", "kerberos.encTicketPart_element",
         "-T", "fields", "-e", "frame.number", "-e", "kerberos.CNameString", "-e", "kerberos.pac.upn.upn_name"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    theirs = {int(line.split("\t")[0]): line for line in said.stdout.splitlines() if line}
    checked = 0
    for one in of(KerberosTgs, read(SAMPLE, LAB)[0]):
        facts = one.detail.ticket  # type: ignore[union-attr]
        line = theirs.get(one.frames[-1])
        if facts is not None and facts.client and line is not None:
            assert facts.client in line
            checked += 1

    assert checked > 100


def test_every_dialect_and_cipher_opens_with_kerberos_and_with_ntlm() -> None:
    """Recorded for this test from a Samba controller: SMB 3.0 to 3.1.1, four ciphers, RPC over TCP and in a pipe, LDAP."""
    path, keys = DATA / "sealed.pcap.gz", load_keys([DATA / "sealed.keytab"])
    (_, shut), (after, open_) = read(path), read(path, keys)
    folders = {one.detail.name for one in after if one.kind == "smb-file" and "SMB3" in one.detail.name}  # type: ignore[union-attr]
    ways = [("SMB3_00", "AES-128-CCM"), ("SMB3_02", "AES-128-CCM")]
    ways += [("SMB3_11", f"AES-{size}-{mode}") for size in (128, 256) for mode in ("CCM", "GCM")]

    assert shut["SMB3 encrypted"] > 400
    assert sealed(shut, "RPC sealed") > 20
    assert shut["LDAP sealed"] > 5
    assert open_ == {}
    assert folders == {f"{way}_{dialect}_{cipher}" for way in "kn" for dialect, cipher in ways}
    assert {(one.detail.auth_type, one.detail.pipe) for one in of(RpcCall, after) if one.detail.opened} == {  # type: ignore[union-attr]
        (16, None), (16, "samr"), (10, None),
    }  # fmt: skip
    assert {one.detail.returned for one in of(RpcCall, after) if one.detail.operation == "SamrEnumerateUsersInDomain"} == {0}  # type: ignore[union-attr]


def test_a_password_that_is_set_over_sealed_ldap_is_not_shown() -> None:
    after, _ = read(DATA / "sealed.pcap.gz", load_keys([DATA / "sealed.keytab"]))
    (change,) = [one for one in after if one.kind == "ldap-modify"]

    assert change.detail.changes == (("replace", "unicodePwd", ("(hidden)",)),)  # type: ignore[union-attr]
    assert change.account and change.account.name == "Administrator"
