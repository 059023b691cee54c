"""Event trace buffers: headers, times, events of every form, and whatever else a file may hold."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.dtyp import FILETIME_OF_1970 as EPOCH
from app.sensor.decoders.etw import Clock, events_of, trace_header
from app.sensor.decoders.etw_fields import KDC, RPC, TEMPLATES, fields_of
from tests.sensor.traces import BUFFER, QPC, START, buffer, call, classic, event, head, text, trace


def events(data: bytes) -> tuple[list[object], list[str]]:
    notes: list[str] = []
    found = list(events_of(data, 0, True, lambda what, place, many: notes.append(what)))
    return found, notes


def test_the_header_tells_the_clock_and_what_was_lost() -> None:
    found = trace_header(head(lost=3, buffers_lost=2))

    assert found is not None
    assert (found.lost, found.buffers_lost, found.buffer, found.pointer) == (3, 2, BUFFER, 8)
    assert found.clock == Clock(1, START, QPC, 10_000_000)
    assert found.clock.micros(QPC + 10_000_000) == (START - EPOCH) // 10 + 1_000_000
    assert Clock(2, 0, 0, 0).micros(START) == (START - EPOCH) // 10


def test_manifest_and_classic_events_are_told_apart() -> None:
    one, other = events(buffer(event(RPC, 6, call(), QPC + 5), classic("393da8c0-dbed-11d2-895b-00c04f79ab69", 2, b"x", QPC)))[0]

    assert (one.provider, one.id, one.at, one.classic, one.payload[:16].hex()) == (  # type: ignore[attr-defined]
        RPC, 6, QPC + 5, False, call()[:16].hex(),
    )  # fmt: skip
    assert (other.id, other.opcode, other.classic, other.payload) == (0, 2, True, b"x")  # type: ignore[attr-defined]


def test_the_payload_stands_behind_extended_items() -> None:
    items = (24).to_bytes(2, "little") + b"\x01\0\x01\0\x10\0" + bytes(16) + (16).to_bytes(2, "little") + bytes(6) + bytes(8)
    (one,) = events(buffer(event(RPC, 6, items + b"payload", QPC, flags=1)))[0]

    assert one.payload == b"payload"  # type: ignore[attr-defined]


def test_compressed_buffers_and_debug_messages_are_counted() -> None:
    assert events(buffer(event(RPC, 6, call(), QPC), flag=0x40)) == ([], ["event trace buffers that are compressed"])
    message = (24).to_bytes(2, "little") + b"\x0f\x90" + bytes(20)
    assert events(buffer(message)) == ([], ["messages of a debug trace (WPP), which need its maker's symbols"])


def test_a_broken_length_ends_the_buffer_with_a_word() -> None:
    found, notes = events(buffer(event(RPC, 6, call(), QPC), b"\x05\0\x13\xc0" + bytes(76), event(RPC, 6, call(), QPC)))

    assert len(found) == 1 and notes == ["event trace buffers with a broken event; the rest of the buffer is left out"]


def test_fields_follow_the_template() -> None:
    fields = fields_of(TEMPLATES[RPC, 6], call(opnum=26, endpoint="lsass"))

    assert fields is not None
    assert (fields["ProcNum"], fields["Endpoint"], fields["AuthenticationLevel"]) == ("26", "lsass", "6")
    assert fields_of(TEMPLATES[RPC, 6], call()[:-1]) is None
    assert fields_of(TEMPLATES[KDC, 101], text("A.TEST") + text("alice") + text("A.TEST")) is None


@given(st.binary(max_size=4096))
def test_any_bytes_are_survived(data: bytes) -> None:
    trace_header(data)
    events(data)
    for template in TEMPLATES.values():
        fields_of(template, data)


@given(st.data())
def test_a_damaged_trace_gives_no_more_than_it_had(data: st.DataObject) -> None:
    whole = bytearray(trace(*(event(RPC, 6, call(), QPC + n) for n in range(20))))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    found = trace_header(bytes(whole))
    if found is not None:
        count = 0
        for place in range(0, len(whole), found.buffer):
            count += len(events(bytes(whole[place : place + found.buffer]))[0])
        assert count <= len(whole) // 16


def test_real_traces_are_walked_to_their_end(shared: Path) -> None:
    expected = {
        "etlp_AMSITrace.etl": 21, "etlp_ShutdownPerfDiagLogger.etl": 17_078, "etlp_lxcore_kernel.etl": 4,
        "krabs_powershell.etl": 114, "sb_etw_ad_netlogon_provider_zerologon_mimikatz.etl": 203,
    }  # fmt: skip
    for name, count in expected.items():
        data = (shared / "corpus" / "etl" / name).read_bytes()
        found = trace_header(data)
        assert found is not None
        whole = [events(data[place : place + found.buffer]) for place in range(0, len(data), found.buffer)]
        assert (sum(len(one) for one, _ in whole), [note for _, notes in whole for note in notes]) == (count, [])
