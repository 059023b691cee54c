"""An excerpt of a capture says the same as the capture about the activities that it was made for."""

from pathlib import Path

from msgspec.structs import replace

from app.model.activity import Activity
from app.sensor import excerpt as module
from app.sensor.excerpt import WHOLE, Excerpt, excerpt
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.pcapng_file import pcapng_of
from tests.material import SAMPLE, Packet, guesses, save, talk
from tests.sensor import ber
from tests.sensor.wire import pcap

START = 1_770_000_000_000_000


def activities_of(path: Path) -> tuple[str, list[Activity]]:
    out: list[Activity] = []
    report = read_input(next(find_inputs([path])), out.extend)
    return report.key, out


def again(part: Excerpt, folder: Path) -> list[Activity]:
    """Activities of the excerpt alone, with the frame numbers of the capture and no input."""
    path = folder / "again.pcapng"
    path.write_bytes(pcapng_of(((one, "") for one in part.frames.values()), "", ""))
    frames = list(part.frames)
    _, found = activities_of(path)
    return [replace(one, input="", frames=tuple(frames[number - 1] for number in one.frames)) for one in found]


def test_calls_in_the_middle_of_connections_come_out_with_all_that_was_agreed_before(tmp_path: Path) -> None:
    key, every = activities_of(SAMPLE)
    calls = [one for one in every if one.kind in ("rpc-call", "smb-session-setup", "ldap-search")][100:160]

    part = excerpt(SAMPLE, key, calls)

    found = again(part, tmp_path)
    assert len(calls) == 60 and all(replace(one, input="") in found for one in calls)
    assert part.proof == {frame for one in calls for frame in one.frames}
    assert part.frames.keys() > part.proof and not part.missing


def test_a_long_reply_is_whole_though_an_activity_names_few_of_its_packets(shared: Path, tmp_path: Path) -> None:
    path = shared / "lab" / "captures" / "dcsync_success.pcap"
    key, every = activities_of(path)
    (call,) = (one for one in every if getattr(one.detail, "operation", "") == "DRSGetNCChanges")

    part = excerpt(path, key, [call])

    assert len(part.frames) > 1000 > len(call.frames) and replace(call, input="") in again(part, tmp_path)


def bind(message: int) -> list[tuple[bool, bytes]]:
    return [
        (True, ber.message(message, ber.simple_bind("CORP\\alice", "Winter2026"))),
        (False, ber.message(message, ber.result(0x61, 49, "80090308: LdapErr, data 52e"))),
    ]


def test_an_earlier_connection_between_the_same_ends_is_none_of_it(tmp_path: Path) -> None:
    packets: list[Packet] = talk(389, bind(1), START) + talk(389, bind(1), START + 90_000_000)
    path = save(tmp_path / "a.pcap", packets)
    key, every = activities_of(path)

    part = excerpt(path, key, [every[-1]])

    assert min(part.frames) == len(packets) // 2 + 1 and len(every) == 2


def test_other_connections_are_none_of_it(tmp_path: Path) -> None:
    path = save(tmp_path / "a.pcap", guesses(["alice", "bob", "carol"]))
    key, every = activities_of(path)

    part = excerpt(path, key, every[1:2])

    assert len(part.frames) == 4 and set(every[1].frames) < set(part.frames)


def test_of_a_long_connection_its_beginning_and_what_stands_before_the_evidence_is_kept(tmp_path: Path) -> None:
    said = [part for number in range(1, 400) for part in bind(number)]
    path = save(tmp_path / "a.pcap", talk(389, said, START))
    key, every = activities_of(path)

    part = excerpt(path, key, every[-1:])
    whole = excerpt(path, key, every[-1:], WHOLE)

    last = max(part.frames)
    assert part.skipped == last - len(part.frames) > 500
    assert list(part.frames)[: module.OPENING] == list(range(1, module.OPENING + 1))
    assert list(part.frames)[module.OPENING :] == list(range(last - len(part.frames) + module.OPENING + 1, last + 1))
    assert list(whole.frames) == list(range(1, last + 1)) and not whole.skipped


def test_frames_that_are_not_there_are_missing(tmp_path: Path) -> None:
    path = save(tmp_path / "a.pcap", guesses(["alice"]))
    key, every = activities_of(path)

    part = excerpt(path, key, [replace(every[0], frames=(*every[0].frames, 99))])

    assert part.missing == (99,) and part.proof == set(every[0].frames)


def test_an_empty_capture(tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([]))
    key, _ = activities_of(path)

    assert not excerpt(path, key, []).frames
