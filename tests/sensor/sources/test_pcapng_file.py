"""Packets written as pcapng: read back as they were, with their comments, by us and by others."""

import subprocess
from pathlib import Path

from app.sensor.frame import Captured
from app.sensor.sources.frames import read_frames
from app.sensor.sources.pcapng_file import LONGEST, pcapng_of
from tests.sensor.wire import enhanced, ether, interface, ip4, pcap, section, udp

AT = 1_770_000_000_123_456
FRAME = ether(ip4("10.0.0.1", "10.0.0.2", 17, udp(1, 53, b"x")))


def test_packets_come_back_with_link_type_time_and_length(tmp_path: Path) -> None:
    packets = [Captured(1, FRAME, AT, len(FRAME) + 9), Captured(101, FRAME[14:], AT + 1, 60, 789), Captured(1, FRAME, AT + 2, 60)]
    path = tmp_path / "a.pcapng"
    path.write_bytes(pcapng_of(((one, "a comment") for one in packets), "Wardlight", "lab.pcap"))

    got = read_frames(path, (1, 2, 3))

    assert [(one.link, one.data, one.at, one.length, one.nano or 0) for one in got.values()] == [
        (one.link, one.data, one.at, one.length, one.nano or 0) for one in packets
    ]


def test_the_same_packets_give_the_same_bytes_and_a_comment_is_cut_at_a_character() -> None:
    one = [(Captured(1, FRAME, AT, 60), "ä" * LONGEST)]

    assert pcapng_of(one, "Wardlight", "a") == pcapng_of(one, "Wardlight", "a")
    assert ("ä" * (LONGEST // 2)).encode() in pcapng_of(one, "Wardlight", "a")


def test_nanoseconds_are_kept(tmp_path: Path) -> None:
    head = bytes.fromhex("4d3cb2a1") + pcap([])[4:24]
    record = (AT // 1_000_000).to_bytes(4, "little") + (123_456_789).to_bytes(4, "little") + len(FRAME).to_bytes(4, "little") * 2
    (tmp_path / "a.pcap").write_bytes(head + record + FRAME)
    (tmp_path / "b.pcapng").write_bytes(section() + interface(resolution=9) + enhanced(AT * 1000 + 789, FRAME))

    for name in ("a.pcap", "b.pcapng"):
        got = read_frames(tmp_path / name, (1,))[1]
        assert (got.at, got.nano) == (AT, 789)
        again = tmp_path / "again.pcapng"
        again.write_bytes(pcapng_of([(got, "")], "", ""))
        assert read_frames(again, (1,))[1] == got


def test_microseconds_stay_microseconds(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(pcap([(AT, FRAME)]))

    assert read_frames(tmp_path / "a.pcap", (1,))[1].nano is None


def test_others_read_it(tmp_path: Path, tshark: str) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(pcapng_of([(Captured(1, FRAME, AT, len(FRAME), 789), "Frame 7: it was me")], "Wardlight 1", "lab.pcap"))
    fields = ("frame.time_epoch", "frame.comment", "frame.interface_name", "udp.dstport")
    given = [part for one in fields for part in ("-e", one)]

    out = subprocess.run([tshark, "-r", path, "-T", "fields", *given], capture_output=True, check=True).stdout.decode().strip()

    assert out.split("\t") == ["1770000000.123456789", "Frame 7: it was me", "lab.pcap", "53"]
