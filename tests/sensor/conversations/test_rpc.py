"""RPC conversations: binds, calls, fragments, refusals, guesses, and real captures."""

import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.activity import Account, Activity, Endpoint
from app.model.details import RpcBind, RpcCall
from app.sensor.conversations import rpc_endpoints
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.rpc import RpcPipe, RpcTcp, RpcUdp
from app.sensor.conversations.rpc_association import CALL_UNANSWERED_AFTER
from app.sensor.frame import Flow
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import found_at
from tests.sensor.conversations.rpc_units import (
    FEATURES,
    NDR32,
    NDR64,
    SAMR,
    SVCCTL,
    bind,
    bind_ack,
    fault,
    request,
    response,
    unit,
)  # fmt: skip

FLOW = Flow("input", Endpoint("10.0.0.5", 49800), Endpoint("10.0.0.1", 49667), "tcp")
NETLOGON = "12345678-1234-abcd-ef00-01234567cffb"
DRSUAPI = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"


class Line:
    """A pipe or a TCP connection whose units are whole, each in a frame of its own."""

    def __init__(self, pipe: str | None = None, flow: Flow = FLOW) -> None:
        self.found: list[Activity] = []
        self.problems: Counter[str] = Counter()
        self.frame = 0
        self.at = 1_000_000
        self.pipe = RpcPipe(flow, self.found.append, self.count, pipe) if pipe else None
        self.tcp = RpcTcp(flow, self.found.append, self.count)

    def count(self, what: str, frame: int) -> None:
        self.problems[what] += 1

    def say(self, from_client: bool, *units: bytes) -> "Line":
        for data in units:
            self.frame += 1
            self.at += 1000
            if self.pipe:
                self.pipe.feed(from_client, data, self.at, (self.frame,), 0)
            else:
                assert self.tcp.measure(from_client, data, 0, len(data))[0] == len(data)
                wanted = self.tcp.measure(from_client, data, 0, len(data))[1]
                self.tcp.message(from_client, data[:wanted], self.at, (self.frame,), 0)
        return self

    def asks(self, *units: bytes) -> "Line":
        return self.say(True, *units)

    def answers(self, *units: bytes) -> "Line":
        return self.say(False, *units)

    def close(self) -> list[Activity]:
        (self.pipe or self.tcp).close()
        return self.found

    def calls(self) -> list[RpcCall]:
        return [one.detail for one in self.found if isinstance(one.detail, RpcCall)]


def bound(pipe: str | None = None, interface: str = SAMR) -> Line:
    return Line(pipe).asks(bind(1, (0, interface, NDR32))).answers(bind_ack(1, (0, 0, NDR32)))


def test_a_call_is_joined_with_its_answer() -> None:
    line = bound("samr").asks(request(2, 1, bytes(20))).answers(response(2, bytes(24)))
    told, call = line.found
    assert isinstance(told.detail, RpcBind) and isinstance(call.detail, RpcCall)
    assert (told.result, told.detail.name, told.detail.version, told.frames) == ("success", "samr", "1.0", (1, 2))
    assert (call.detail.operation, call.detail.pipe, call.result, call.code) == ("SamrCloseHandle", "samr", "success", 0)
    assert (call.frames, call.at, call.until) == ((3, 4), 1_003_000, 1_004_000)
    assert (call.detail.request_bytes, call.detail.response_bytes, call.detail.returned) == (20, 24, 0)
    assert (call.source, call.destination) == (FLOW.client, FLOW.server)


def test_a_return_value_that_refuses_makes_the_call_a_failure() -> None:
    line = bound().asks(request(2, 7, b"")).answers(response(2, bytes(20) + struct.pack("<I", 0xC0000022)))
    assert (line.found[-1].result, line.found[-1].code) == ("failure", 0xC0000022)


def test_a_fault_makes_the_call_a_failure() -> None:
    line = bound().asks(request(2, 7)).answers(fault(2, 5))
    assert (line.found[-1].result, line.found[-1].code, line.calls()[0].returned) == ("failure", 5, None)


def test_interfaces_are_told_once_for_all_their_transfer_syntaxes() -> None:
    line = Line().asks(bind(1, (0, SAMR, NDR32), (1, SAMR, NDR64), (2, SAMR, FEATURES), (3, SVCCTL, NDR32)))
    line.answers(bind_ack(1, (2, 2, NDR32), (0, 0, NDR64), (3, 3, FEATURES), (2, 1, NDR32)))
    assert [(one.detail.interface, one.result, one.code) for one in line.found if isinstance(one.detail, RpcBind)] == [
        (SAMR, "success", None),
        (SVCCTL, "failure", 1),
    ]
    assert len({one.id for one in line.found}) == 2


def test_a_refused_bind_and_one_without_answer() -> None:
    line = Line().asks(bind(1, (0, SAMR, NDR32))).answers(unit(13, 1, struct.pack("<HBBB", 8, 1, 5, 0)))
    assert (line.found[0].result, line.found[0].code) == ("failure", 8)
    line = Line().asks(bind(1, (0, SAMR, NDR32)))
    assert [one.result for one in line.close()] == ["unanswered"]


def test_contexts_of_alter_context_are_used() -> None:
    line = bound().asks(bind(2, (1, SVCCTL, NDR32), kind=14)).answers(bind_ack(2, (0, 0, NDR32)))
    line.asks(request(3, 2, bytes(20), context=1)).answers(response(3, bytes(4)))
    assert line.calls()[0].name == "svcctl"


def test_fragments_are_joined_and_sizes_summed() -> None:
    name = "Service\0".encode("utf-16-le")
    stub = bytes(20) + struct.pack("<III", 8, 0, 8) + name + struct.pack("<I", 1)
    line = bound("svcctl", SVCCTL).asks(request(2, 16, stub[:24], flags=1), request(2, 16, stub[24:40], flags=0))
    line.asks(request(2, 16, stub[40:], flags=2)).answers(response(2, bytes(8), flags=1), response(2, bytes(16), flags=2))
    call = line.calls()[0]
    assert (call.stub["service"], call.request_bytes, call.response_bytes) == ("Service", len(stub), 24)
    assert line.found[-1].frames == (3, 4, 5, 6, 7)


def test_a_long_answer_keeps_few_frames_and_counts_all_bytes() -> None:
    line = bound().asks(request(2, 13, bytes(32))).answers(response(2, bytes(5000), flags=1))
    line.answers(*[response(2, bytes(5000), flags=0) for _ in range(100)], response(2, bytes(4), flags=2))
    call = line.found[-1]
    assert isinstance(call.detail, RpcCall) and call.detail.response_bytes == 505_004 and call.detail.returned == 0
    assert len(call.frames) == 64 and call.frames[:2] == (3, 4) and call.frames[-1] == 105


def test_the_middle_of_a_long_answer_need_not_be_joined() -> None:
    line = bound().asks(request(2, 13, bytes(32))).answers(response(2, bytes(5000), flags=1))
    middle = response(2, bytes(5000), flags=0)
    assert line.tcp.measure(False, middle, 0, len(middle)) == (len(middle), len(middle))
    line.answers(*[middle] * 20)
    assert line.tcp.measure(False, middle, 0, len(middle)) == (len(middle), 24)
    assert line.tcp.measure(False, middle, 0, 30) == (len(middle), 24)


def test_unanswered_calls_come_out_late_and_at_the_end() -> None:
    line = bound().asks(request(2, 13, bytes(32)))
    line.tcp.expire(line.at + 31_000_000)
    assert not line.calls()
    line.tcp.expire(line.at + CALL_UNANSWERED_AFTER + 1)
    assert line.found[-1].result == "unanswered"
    assert [one.result for one in bound().asks(request(2, 13)).close()][-1] == "unanswered"


def test_a_late_answer_is_not_joined_whether_or_not_somebody_asked_for_expiry() -> None:
    kept = []
    for asks in (False, True):
        line = bound().asks(request(2, 13, bytes(32)))
        line.at += CALL_UNANSWERED_AFTER + 10
        if asks:
            line.tcp.expire(line.at)
        line.answers(response(2, bytes(4)))
        kept.append([(one.id, one.result) for one in line.close()])
    assert kept[0] == kept[1] and kept[0][-1][1] == "unanswered"


def test_sealed_calls_are_told_without_stub() -> None:
    line = Line().asks(bind(1, (0, SAMR, NDR32), trailer=b"\0" * 8, sort=68)).answers(bind_ack(1, (0, 0, NDR32)))
    line.asks(request(2, 13, b"x" * 29, trailer=b"S" * 16, pad=3)).answers(response(2, b"y" * 30, trailer=b"S" * 16, pad=2))
    call = line.calls()[0]
    assert (call.sealed, call.stub, call.auth_type, call.auth_level) == (True, {}, 10, 6)
    assert (call.request_bytes, call.response_bytes, call.returned) == (29, 30, None)
    assert line.problems["RPC sealed: samr"] == 1


def test_a_secure_channel_names_its_computer() -> None:
    token = struct.pack("<II", 0, 3) + b"CORP\0WS1\0"
    line = Line().asks(bind(1, (0, NETLOGON, NDR32), trailer=token, sort=68)).answers(bind_ack(1, (0, 0, NDR32)))
    assert line.found[0].account == Account(name="WS1$", domain="CORP")


def test_the_account_of_the_carrying_session_is_told() -> None:
    line = Line("samr")
    assert line.pipe
    line.pipe.account, line.pipe.ticket = Account(name="alice"), "abc"
    line.asks(bind(1, (0, SAMR, NDR32))).answers(bind_ack(1, (0, 0, NDR32)))
    line.asks(request(2, 1, bytes(20))).answers(response(2, bytes(24)))
    assert {(one.account.name if one.account else "", one.ticket) for one in line.found} == {("alice", "abc")}


def test_without_a_bind_the_pipe_tells_the_interface() -> None:
    line = Line("\\PIPE\\svcctl").asks(request(2, 2, bytes(20))).answers(response(2, bytes(4)))
    assert [(one.name, one.operation, one.guessed) for one in line.calls()] == [("svcctl", "RDeleteService", True)]


def test_without_a_bind_the_calls_tell_the_interface() -> None:
    line = Line().asks(request(2, 3, bytes(344))).answers(response(2, bytes(9000)))
    line.asks(request(3, 4, bytes(250))).answers(response(3, bytes(4)))
    line.close()
    assert {(one.name, one.guessed) for one in line.calls()} == {("drsuapi", True)}


def test_without_a_bind_nothing_is_claimed_from_little() -> None:
    line = Line(flow=Flow("other", FLOW.client, FLOW.server, "tcp"))
    line.asks(request(2, 1, bytes(20))).answers(response(2, bytes(24))).close()
    assert [(one.interface, one.name, one.guessed) for one in line.calls()] == [("", "", False)]


def test_the_endpoint_mapper_is_believed_from_when_it_spoke() -> None:
    place = Flow("mapped", FLOW.client, Endpoint("10.0.0.1", 50000), "tcp")
    rpc_endpoints.learn("mapped", "10.0.0.1", 50000, DRSUAPI, 5_000_000)
    for start, name in ((1_000_000, ""), (6_000_000, "drsuapi")):
        line = Line(flow=place)
        line.at = start
        line.asks(request(2, 2, bytes(180))).answers(response(2, bytes(4)))
        line.close()
        assert [one.name for one in line.calls()] == [name]
    assert rpc_endpoints.listening("other", "10.0.0.1", 50000, 9_000_000) == ()


def test_a_capture_that_begins_with_an_answer_is_turned() -> None:
    flow = Flow("input", FLOW.server, FLOW.client, "tcp")
    line = Line(flow=flow).say(True, response(1, bytes(4)))
    line.say(False, bind(2, (0, SAMR, NDR32))).say(True, bind_ack(2, (0, 0, NDR32)))
    assert (line.found[0].source, line.found[0].destination) == (FLOW.client, FLOW.server)


def test_lost_bytes_of_an_answer_leave_the_call_and_no_wrong_facts() -> None:
    line = bound().asks(request(2, 13, bytes(32))).answers(response(2, bytes(400), flags=1))
    line.tcp.lost(False)
    line.answers(response(2, bytes(100), flags=2))
    assert line.found[-1].result == "success" and not line.problems


def test_call_ids_used_again_are_two_calls() -> None:
    line = bound().asks(request(2, 13, bytes(32)), request(2, 13, bytes(32))).answers(response(2, bytes(4)))
    assert [one.result for one in line.found[1:]] == ["unanswered", "success"]


def test_units_may_be_cut_and_share_pieces() -> None:
    asked = bind(1, (0, SAMR, NDR32)) + request(2, 1, bytes(20)) + request(3, 1, bytes(20))
    answered = bind_ack(1, (0, 0, NDR32)) + response(2, bytes(24)) + response(3, bytes(24))

    def run(size: int) -> list[tuple[str, str]]:
        found: list[Activity] = []
        pipe = RpcPipe(FLOW, found.append, lambda what, frame: None, "samr")
        for from_client, data in ((True, asked), (False, answered)):
            for place in range(0, len(data), size):
                pipe.feed(from_client, data[place : place + size], 5, (1 if from_client else 2,), place)
        pipe.close()
        return [(one.id, one.result) for one in found]

    whole = run(10_000)
    assert len({one for one, _ in whole}) == 3
    assert all(run(size) == whole for size in (1, 3, 16, 50, 97))


def test_measure() -> None:
    tcp = RpcTcp(FLOW, lambda one: None, lambda what, frame: None)
    whole = request(1, 2, b"abcd")
    assert tcp.measure(True, whole, 0, 9) == NEED_MORE
    assert tcp.measure(True, b"zz" + whole, 2, len(whole) + 2) == (len(whole), len(whole))
    assert tcp.measure(True, b"GET / HTTP", 0, 10) == NOT_HERE
    assert tcp.measure(True, whole[:8] + b"\x05\0" + whole[10:], 0, len(whole)) == NOT_HERE
    assert tcp.measure(False, b"ncacn_http/1.0" + whole, 0, 40) == (14, 14)
    assert tcp.measure(False, b"ncacn", 0, 5) == NEED_MORE


def test_connectionless_calls_are_counted() -> None:
    problems: Counter[str] = Counter()
    udp = RpcUdp(FLOW, lambda one: None, lambda what, frame: problems.update([what]))
    udp.message(True, b"\x04\x00" + bytes(78), 1, (1,), 0)
    assert problems == {"RPC over UDP not decoded": 1}


REAL = [bind(1, (0, SAMR, NDR32)), bind_ack(1, (0, 0, NDR32)), request(2, 13, bytes(32)), response(2, bytes(40)), fault(2, 5)]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(REAL), st.integers(0, 120), st.integers(0, 255)), max_size=12))
def test_broken_units_do_no_harm(units: list[tuple[bool, bytes, int, int]]) -> None:
    line = Line("samr")
    assert line.pipe
    for from_client, real, place, value in units:
        data = bytearray(real)
        data[place % len(data)] = value
        line.pipe.feed(from_client, bytes(data), line.at, (1,), 0)
        line.tcp.message(from_client, bytes(data), line.at, (1,), 0)
    line.pipe.lost(True)
    line.close()
    line.tcp.close()


CAPTURES = {
    "lab/captures/dcsync_success.pcap": 27,
    "lab/captures/dcsync_secretsdump.pcap": 19,
    "lab/captures/enum_samr.pcap": 251,
    "lab/captures/benign_dc_replication.pcap": 48,
    "lab/captures/password_reset.pcap": 23,
    "corpus/pcap/otrf_mimikatz_CVE-2020-1472_Unauthenticated_NetrServerAuthenticate2.cap": 892,
    "corpus/pcap/suri_dcerpc-ctxids.pcap": 230,
    "corpus/pcap/zeek_20-fids.pcap": 102,
    "corpus/pcap/elc_wmi_commands_calc.pcap": 30,
}
"""Calls in each capture: first fragments of requests as tshark counts them."""


def read(path: Path) -> list[Activity]:
    if not path.is_file():
        pytest.skip("not here")
    found: list[Activity] = []
    read_input(found_at(path), found.extend)
    return found


@pytest.mark.parametrize("name", CAPTURES)
def test_calls_of_real_captures(shared: Path, name: str) -> None:
    found = read(shared / name)
    assert sum(isinstance(one.detail, RpcCall) for one in found) == CAPTURES[name]
    assert len({one.id for one in found}) == len(found)


def told(found: list[Activity], name: str, opnum: int) -> list[tuple[str, dict[str, object]]]:
    return [
        (one.result, dict(one.detail.stub))
        for one in found
        if isinstance(one.detail, RpcCall) and (one.detail.name, one.detail.opnum) == (name, opnum)
    ]


def test_zerologon_is_told(shared: Path) -> None:
    found = read(shared / "corpus/pcap/cl_CVE-2020-1472_exploit_win2016.pcap")
    tries = told(found, "netlogon", 26)
    assert len(tries) > 100 and all(stub["credential"] == "0" * 16 for _, stub in tries)
    assert [result for result, _ in tries].count("success") == 1
    assert [stub["password_zero"] for _, stub in told(found, "netlogon", 30)] == [True]


def test_coercion_is_told(shared: Path) -> None:
    found = read(shared / "corpus/pcap/cl_petitpotam_UnPatchedDCOpenFileRaw.pcapng")
    assert [stub["path"] for _, stub in told(found, "efsrpc", 0)] == ["\\\\192.168.0.15\\test\\Settings.ini"]
    found = read(shared / "corpus/pcap/sb_CA_LM_SpoolSample_SMB_BiAuth.pcapng")
    assert [stub["target"] for _, stub in told(found, "spoolss", 65)] == ["\\\\172.16.66.37"]


def test_remote_execution_is_told(shared: Path) -> None:
    found = read(shared / "corpus/pcap/elc_wmiexec.pcap")
    assert str(told(found, "IWbemServices", 24)[0][1]["command"]).startswith("cmd.exe /Q /c cd \\ 1>")
    found = read(shared / "corpus/pcap/suri_dcerpc-ctxids.pcap")
    assert told(found, "ISystemActivator", 3)[0][1]["class"] == "MMC20.Application"
    assert told(found, "IDispatch", 6)[-1][1]["texts"] == ["/c hostname"]
    found = read(shared / "corpus/pcap/suri_20171220_smb_at_schedule.pcap")
    assert told(found, "atsvc", 0)[0][1]["command"] == "c:\\mimikatz.exe"


def test_wide_stubs_are_told(shared: Path) -> None:
    found = read(shared / "corpus/pcap/otrf_empire_getsession_dcerpc_smb_srvsvc_NetSessEnum.cap")
    ((_, stub),) = told(found, "srvsvc", 12)
    assert (stub["level"], stub["sessions"]) == (10, ["\\\\172.18.39.5 pgustavo"])
