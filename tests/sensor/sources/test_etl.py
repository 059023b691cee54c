"""Trace files as inputs, whole, cut, growing; what becomes of their events."""

from pathlib import Path

from app.model.activity import Account, Activity, named
from app.model.details import KerberosAs, LdapSearch, RpcCall
from app.sensor.decoders.dtyp import FILETIME_OF_1970 as EPOCH
from app.sensor.decoders.etw_fields import KDC, LDAP_CLIENT, NETLOGON, RPC
from app.sensor.sensor import InputReport, read_input
from app.sensor.sources.etw import Tail
from app.sensor.sources.inputs import find_inputs
from tests.sensor.sources.test_resolve import Kept
from tests.sensor.traces import BUFFER, DRSUAPI, QPC, START, call, event, head, text, trace

AT = (START - EPOCH) // 10


def read(path: Path, data: bytes) -> tuple[InputReport, list[Activity]]:
    path.write_bytes(data)
    (found,) = find_inputs([path])
    assert found.kind == "etl"
    activities: list[Activity] = []
    return read_input(found, activities.extend), activities


def test_calls_of_the_network_become_activities_and_local_ones_do_not(tmp_path: Path) -> None:
    events = [event(RPC, 6, call(), QPC), event(RPC, 6, call(protocol=3, endpoint="lsasspirpc"), QPC + 10_000_000)]
    report, (one,) = read(tmp_path / "a.etl", trace(*events))

    assert (report.state, report.records, report.first, report.last) == ("done", 3, AT, AT + 1_000_000)
    assert isinstance(one.detail, RpcCall) and (one.detail.interface, one.detail.opnum) == (DRSUAPI, 3)
    assert (one.detail.name, one.detail.operation, one.detail.auth_level) == ("drsuapi", "DRSGetNCChanges", 6)
    assert (one.at, one.record, one.source, one.detail.sealed) == (AT, 2, None, True)
    assert one.result == "unanswered"  # the event tells that a call began, not what came of it


def test_every_provider_that_is_read_gives_its_activity(tmp_path: Path) -> None:
    search = b"\2\0\0\0" + text("(servicePrincipalName=*)") + text("DC=a,DC=test") + text("cn, samAccountName") + b"\1\0\0\0"
    exchange = text("A.TEST") + text("alice") + text("A.TEST") + text("krbtgt/A.TEST") + b"\x18\0\0\0\5\0\0\0"
    ntlm = text("FS1") + text("bob") + text("A") + text("WS1") + b"\2\0\0\0"
    events = [event(LDAP_CLIENT, 30, search, QPC), event(KDC, 101, exchange, QPC), event(NETLOGON, 8004, ntlm, QPC)]
    _, (ldap, kdc, netlogon) = read(tmp_path / "a.etl", trace(*events))

    assert ldap.detail == LdapSearch(
        base="DC=a,DC=test", scope=2, filter="(servicePrincipalName=*)", attributes=("cn", "samAccountName")
    )
    assert kdc.detail == KerberosAs(client="alice", realm="A.TEST", service="krbtgt/A.TEST")
    assert (kdc.result, kdc.code) == ("failure", 24)
    assert netlogon.kind == "event-ntlm" and netlogon.account is not None and netlogon.account.name == "bob"
    assert netlogon.source == named("ws1")


def test_what_is_not_taken_apart_is_counted_by_its_provider(tmp_path: Path) -> None:
    core, strange = "1c83b2fc-c04f-11d1-8afc-00c04fc21914", "11111111-2222-3333-4444-555555555555"
    events = [event(core, 1, b"x", QPC), event(strange, 1, b"x", QPC), event(strange, 2, b"x", QPC), event(RPC, 6, b"cut", QPC)]
    report, found = read(tmp_path / "a.etl", trace(*events))

    assert not found
    assert {one.what: one.count for one in report.problems} == {
        "trace events of Active Directory Domain Services: Core are not taken apart": 1,
        f"trace events of provider {strange} are not taken apart": 2,
        "trace events of Microsoft-Windows-RPC with a payload that is cut are not taken apart": 1,
        "trace events of the kernel are not taken apart": 1,
    }


def test_losses_of_the_session_and_cut_buffers_are_told(tmp_path: Path) -> None:
    data = head(lost=7, buffers_lost=1) + trace(event(RPC, 6, call(), QPC))[BUFFER:-100]
    report, found = read(tmp_path / "a.etl", data)

    assert report.state == "partial" and len(found) == 1
    assert ("events that the trace session lost", 7) in [(one.what, one.count) for one in report.problems]
    assert any("cut or damaged" in one.what for one in report.problems)


def test_zerologon_is_seen_in_a_real_trace(shared: Path) -> None:
    path = shared / "corpus" / "etl" / "sb_etw_ad_netlogon_provider_zerologon_mimikatz.etl"
    found: list[Activity] = []
    report = read_input(next(find_inputs([path])), found.extend)

    assert (report.records, len(found)) == (203, 100)
    assert [(one.result, one.code) for one in found] == [("failure", 0xC0000022)] * 99 + [("success", 0)]
    assert {(one.detail.opnum, one.detail.stub["channel_type"]) for one in found} == {(26, 6)}  # type: ignore[union-attr]
    assert {one.source for one in found} == {named("mimikatz")}
    assert {one.account for one in found} == {Account(name="01566S-WIN16-IR$")}


def test_a_growing_trace_is_read_buffer_by_buffer(tmp_path: Path) -> None:
    whole = trace(*(event(RPC, 6, call(), QPC + n) for n in range(35)))
    path, outlet = tmp_path / "live.etl", Kept()
    tail = Tail(path, "k", outlet)
    assert tail.look() == 0
    seen = []
    for end in (100, BUFFER - 1, BUFFER, BUFFER + 10, 3 * BUFFER, 3 * BUFFER + 1, len(whole)):
        path.write_bytes(whole[:end])
        seen.append(tail.look())
    tail.close()

    assert seen == [0, 0, 1, 0, 20, 0, 15]
    assert [one.record for batch in outlet.batches for one in batch] == list(range(2, 37))
    assert outlet.count == 36 and outlet.notes == [("trace events of the kernel are not taken apart", "event 1")]
