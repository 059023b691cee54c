import struct
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.details import NameObservation
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.smb import SmbTcp
from tests.sensor.conversations.smb_messages import (
    FLOW,
    Talk,
    chain,
    close_body,
    create_body,
    create_reply_body,
    nbss,
    of_kind,
    read,
    read_reply_body,
    rpc,
    smb1,
    smb2,
    tree_body,
    write_body,
)

DATA = Path(__file__).resolve().parents[2] / "data"


def measure(data: bytes, client: bool = True) -> tuple[int, int]:
    return SmbTcp(FLOW, lambda activity: None, lambda what, frame: None).measure(client, data, 0, len(data))


def encoded(name: str, suffix: int) -> bytes:
    raw = name.ljust(15).encode() + bytes([suffix])
    return b"\x20" + bytes(65 + half for byte in raw for half in (byte >> 4, byte & 15)) + b"\0"


class TestMeasure:
    def test_small_messages_are_wanted_whole(self) -> None:
        message = nbss(smb2(6, close_body(), 1))

        assert measure(message) == (len(message), len(message))
        assert measure(message[:40]) == (len(message), len(message))

    @pytest.mark.parametrize("length", range(8))
    def test_too_few_bytes_to_tell(self, length: int) -> None:
        assert measure(nbss(smb2(6, close_body(), 1))[:length]) == NEED_MORE

    @pytest.mark.parametrize(
        "data", [b"\x00\x00\x00\x40ABCD" + bytes(64), b"\x00\x00\x00\x02\xfeSMB", b"\x47\x45\x54\x20/index", b"\x85\x00\x01\x00"]
    )
    def test_what_is_no_message(self, data: bytes) -> None:
        assert measure(data) == NOT_HERE

    def test_the_content_of_files_is_not_wanted(self) -> None:
        reply = nbss(smb2(8, read_reply_body(b"x" * 70000), 1, reply=True))
        request = nbss(smb2(9, write_body(b"x" * 70000), 1))

        assert measure(reply[:1460], client=False) == (len(reply), 200)
        assert measure(request[:1460]) == (len(request), 200)
        assert measure(request[:100]) == NEED_MORE

    def test_the_content_of_pipes_is_wanted(self) -> None:
        request = nbss(smb2(9, write_body(rpc(0, 1, bytes(20000))), 1))
        old = smb1(0x2F, struct.pack("<BBHHIIHHHHHI", 255, 0, 0, 1, 0, 0, 8, 0, 0, 20016, 64, 0), b"\0" + rpc(0, 1, bytes(20000)))

        assert measure(request) == (len(request), len(request))
        assert measure(old) == (len(old), len(old))
        assert measure(old.replace(b"\x05\x00\x00\x03", b"MZ\x90\x00")) == (len(old), 200)

    def test_an_encrypted_message_is_wanted_up_to_its_session(self) -> None:
        message = nbss(b"\xfdSMB" + bytes(5000))

        assert measure(message[:20]) == (len(message), 56)


class TestNames:
    def test_both_names_of_a_netbios_session(self) -> None:
        request = b"\x81\x00\x00\x44" + encoded("FILES", 0x20) + encoded("LAPTOP7", 0x00)
        talk = Talk().asks(request).answers(b"\x82\x00\x00\x00")

        assert [one.detail for one in talk.found] == [
            NameObservation(address="192.0.2.1", name="LAPTOP7", method="netbios"),
            NameObservation(address="192.0.2.2", name="FILES", method="netbios"),
        ]

    def test_a_server_called_by_no_name_gets_none(self) -> None:
        request = b"\x81\x00\x00\x44" + encoded("*SMBSERVER", 0x20) + encoded("LAPTOP7", 0x00)

        assert len(Talk().asks(request).answers(b"\x82\x00\x00\x00").found) == 1

    def test_a_refusing_server_gets_no_name(self) -> None:
        request = b"\x81\x00\x00\x44" + encoded("FILES", 0x20) + encoded("LAPTOP7", 0x00)

        assert len(Talk().asks(request).answers(b"\x83\x00\x00\x01\x80").found) == 1

    def test_malformed_names_are_counted(self) -> None:
        talk = Talk().asks(b"\x81\x00\x00\x04abcd").asks(b"\x85\x00\x00\x00")

        assert talk.found == []
        assert talk.problems == Counter({"NetBIOS session request malformed": 1})


class TestFlow:
    def test_a_flow_seen_from_the_wrong_end_is_turned(self) -> None:
        found = []
        smb = SmbTcp(FLOW, found.append, lambda what, frame: None)
        smb.message(False, nbss(smb2(5, create_body("a.txt"), 1)), 10, (1,), 0)
        smb.message(True, nbss(smb2(5, create_reply_body(), 1, reply=True)), 20, (2,), 0)
        smb.close()

        assert (found[0].source, found[0].destination) == (FLOW.server, FLOW.client)

    def test_compressed_messages_are_counted(self) -> None:
        assert Talk().asks(nbss(b"\xfcSMB" + bytes(40))).problems == Counter({"SMB3 compressed": 1})


class TestCaptures:
    def test_the_encrypted_session_of_the_lab(self) -> None:
        found, problems = read(DATA / "smb_encrypted.pcap")

        sessions = of_kind(found, "smb-session")
        assert [one.detail.encrypted for one in sessions] == [True]
        assert problems["SMB3 encrypted"] == 30

    def test_ids_do_not_depend_on_the_windows_of_reading(self) -> None:
        whole, _ = read(DATA / "smb_remote_execution.pcap")
        pieces, _ = read(DATA / "smb_remote_execution.pcap", window=2048)

        assert sorted(one.id for one in whole) == sorted(one.id for one in pieces)
        assert len({one.id for one in whole}) == len(whole)

    # Figures of tshark: requests smb2.cmd == 3 and 1 (final replies), and dcerpc.pkt_type == 0 inside SMB.
    @pytest.mark.parametrize(
        ("name", "trees", "sessions", "calls"),
        [
            ("lab/captures/enum_smb_sessions.pcap", 34, 20, 5),
            ("lab/captures/remote_execution.pcap", 33, 18, 8),
            ("lab/captures/pass_the_hash.pcap", 44, 25, 0),
            ("corpus/pcap/zeek_20-fids.pcap", 1, 1, 102),
            ("corpus/pcap/suri_dcerpc-smb-test-01.pcap", 2, 1, 18),
            ("corpus/pcap/elc_smb_exec_only_two_commands.pcap", 10, 1, 13),
            ("corpus/pcap/brute_Kerberos_-_v5_UDP.pcap", 4, 5, 21),
            ("corpus/pcap/elc_xcopy_choppy_to_pick.pcap", 1, 1, 0),
        ],
    )
    def test_counts_are_those_of_tshark(self, shared: Path, name: str, trees: int, sessions: int, calls: int) -> None:
        path = shared / name
        if not path.exists():
            pytest.skip(f"{name} is not here")
        found, _ = read(path)
        kinds = Counter(one.kind for one in found)

        assert (kinds["smb-tree"], kinds["smb-session"], kinds["rpc-call"]) == (trees, sessions, calls)
        assert max(Counter(one.id for one in found).values()) == 1

    def test_files_are_those_of_tshark(self, shared: Path) -> None:
        path = shared / "corpus/pcap/elc_xcopy_choppy_to_pick.pcap"
        if not path.exists():
            pytest.skip("not here")
        found, problems = read(path)
        files = of_kind(found, "smb-file")

        assert len(files) == 1584
        assert problems == {}
        assert Counter(one.detail.action for one in files)["list"] == 1581  # handles with smb2.cmd == 14


REAL = [
    nbss(smb2(3, tree_body("\\\\fs\\data"), 1)),
    nbss(smb2(5, create_body("dir\\file.txt"), 2)),
    nbss(smb2(5, create_reply_body(), 2, reply=True)),
    nbss(smb2(9, write_body(rpc(0, 1, bytes(40))), 3)),
    chain(smb2(5, create_body(""), 4), smb2(0xE, bytes(40), 5, flags=4), smb2(6, close_body(b"\xff" * 16), 6, flags=4)),
    smb1(0x73, b"\xff\0\0\0" + bytes(22), bytes(50)),
    smb1(0x25, bytes(32), b"\0" * 40),
    smb1(0xA2, bytes(48), b"\0a\0b\0"),
]


@settings(max_examples=300, deadline=500)
@given(st.data())
def test_no_bytes_raise(data: st.DataObject) -> None:
    talk = Talk()
    for _ in range(data.draw(st.integers(1, 6))):
        message = bytearray(data.draw(st.sampled_from(REAL)))
        for place, byte in data.draw(st.lists(st.tuples(st.integers(4, 400), st.integers(0, 255)), max_size=8)):
            message[place % len(message)] = byte
        cut = data.draw(st.integers(0, len(message)))
        message = message[:cut] if data.draw(st.booleans()) else message
        client = data.draw(st.booleans())
        length, wanted = talk.smb.measure(client, bytes(message), 0, len(message))
        assert length == -1 or 0 <= wanted <= length
        talk.at += 1000
        talk.smb.message(client, bytes(message), talk.at, (talk.frame + 1,), 0)
    talk.smb.lost(True)
    talk.smb.expire(talk.at + 60_000_000)
    talk.end()
    assert all(one.at <= one.until and one.frames for one in talk.found)


@settings(max_examples=100, deadline=500)
@given(st.binary(max_size=300), st.sampled_from([b"\xfeSMB", b"\xffSMB", b"\xfdSMB", b"\xfcSMB"]), st.booleans())
def test_random_bodies_raise_nothing(body: bytes, magic: bytes, client: bool) -> None:
    talk = Talk()
    talk.smb.message(client, nbss(magic + body), talk.at, (1,), 0)
    talk.end()
