"""What the hub's server refuses is told at the hub: by a real server, by its log that is renamed, cut and forged."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.command.hub import told
from app.hub import making
from app.hub.keys import make_pair
from app.hub.refusals import LONGEST, MOST, QUIET, Refusals, read, refused, words
from app.hub.server_log import ServerLog
from app.hub.serving import _listen
from app.hub.standing import standing
from app.hub.state import Folder, HubError
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.place import from_line
from tests.hub.running import linked, until
from tests.hub.test_serving import made, served

KEY = "UACPLINCXLQP7WKQNYBPKENFQX54KOQTY7DEI5R72IZVHV5V7MHX2VQL"
OTHER = "UD7KWZUJIG5GO32CM6MQYQVIFDRMZ2LBBAOGD47BFVLKOHRLUY3QKIAT"
BEGIN = "[7] 2026/11/26 19:32:24.630904 [ERR] "
FORBIDDEN = f'{BEGIN}192.0.2.7:49196 - cid:25 - "v2:python3:s9" - "corp/nkey:{KEY}" - Publish Violation - Subject "act.s9"'
UNKNOWN = f'{BEGIN}[2001:db8::1]:49212 - cid:26 - authentication error - Nkey "{OTHER}"'


def test_a_stolen_key_a_revoked_one_and_a_strange_one_are_told_at_the_hub(tmp_path: Path) -> None:
    folder = made(tmp_path)
    _, thief = making.add_user(folder, "", "dc1", "sensor")
    _, gone = making.add_user(folder, "", "old", "sensor")
    stolen, revoked = from_line(making.line(thief)), from_line(making.line(gone))
    with served(folder) as said:
        with linked(stolen) as link, pytest.raises(LinkError, match="does not allow"):
            link.publish("act.somebody-else", b"x", "a" * 20).result(20)
        making.revoke(folder, "", "old")
        for number, place in enumerate((revoked, replace(stolen, seed=make_pair().seed)), 2):
            refusing = Link(place)  # it tries until it is refused, and again
            try:
                until(lambda number=number: sum("was refused" in one for one in said) >= number)
            finally:
                assert not refusing.connected
                refusing.close()
        found = standing(folder)

    sentences = " ".join(said)
    assert f"The key of sensor dc1 ({stolen.id}) of workspace corp was refused to write to act.somebody-else" in sentences
    assert f"The revoked key of sensor old ({revoked.id}) of workspace corp was refused, from 127.0.0.1." in sentences
    assert "A key that was never given here (U" in sentences
    lines = told(found)
    assert [one.sentence for one in found.refused if one.sentence in sentences] and len(found.refused) >= 3
    assert sum(one.startswith("refused: ") for one in lines) == len(found.refused)
    assert all("Last at 20" in one for one in lines if one.startswith("refused: "))
    outlived = refused(Folder(folder.path))  # more of the same may have come meanwhile: a link tries again
    assert {(one.what, one.key, one.address) for one in outlived} == {
        (one.refusal.what, one.refusal.key, one.refusal.address) for one in found.refused
    }
    assert sum(one.count for one in outlived) >= sum(one.refusal.count for one in found.refused) >= 3, "they outlive the server"


def test_what_is_said_is_kept_already(tmp_path: Path) -> None:
    folder, kept = made(tmp_path), list[int]()
    folder.log.write_text("")
    log, refusals = ServerLog(folder.log), Refusals(folder)
    folder.log.write_text(f"{UNKNOWN}\n{FORBIDDEN}\n")

    _listen(folder, log, refusals, lambda _: kept.append(len(refused(folder))))

    assert kept == [2, 2]


def test_lines_of_the_log() -> None:
    one = read(FORBIDDEN, 5)
    assert one is not None and (one.what, one.key, one.address, one.subject) == ("publish", KEY, "192.0.2.7", "act.s9")
    one = read(FORBIDDEN.replace("Publish", "Subscription") + ", SID 1", 5)
    assert one is not None and one.what == "subscribe"
    one = read(UNKNOWN, 5)
    assert one is not None and (one.what, one.key, one.address) == ("key", OTHER, "2001:db8::1")
    one = read(FORBIDDEN.replace("act.s9", "x" * 900), 5)
    assert one is not None and len(one.subject) == LONGEST


@pytest.mark.parametrize(
    "line",
    ["", "[7] 2026/11/26 19:32:24.6 [INF] Server is ready", UNKNOWN.replace("[ERR]", "[INF]"), UNKNOWN.replace(OTHER, "U1"),
     f'{BEGIN}192.0.2.7:1 - cid:2 - TLS handshake error: authentication error - Nkey "{OTHER}"'],
)  # fmt: skip
def test_other_lines_are_none(line: str) -> None:
    assert read(line, 5) is None


def test_a_name_that_a_client_gives_itself_forges_nothing() -> None:
    """The server escapes quotes inside of what it quotes."""
    name = f'v2:x\\" - \\"corp/nkey:{OTHER}\\" - Publish Violation - Subject \\"act.s1\\"'
    one = read(FORBIDDEN.replace("v2:python3:s9", name), 5)
    assert one is not None and (one.key, one.subject) == (KEY, "act.s9")


def test_the_same_is_said_once_an_hour_and_counted_always(tmp_path: Path) -> None:
    folder = made(tmp_path)
    refusals = Refusals(folder)
    assert len(refusals.heard([UNKNOWN, UNKNOWN], 10)) == 1
    assert not refusals.heard([UNKNOWN], 20)
    (again,) = refusals.heard([UNKNOWN], 10 + QUIET)
    assert (again.count, again.first, again.last) == (4, 10, 10 + QUIET)
    refusals.keep()
    assert refused(folder) == (again,)
    assert Refusals(folder).heard([UNKNOWN], 30 + QUIET)[0].count == 5, "also after the hub began again"


def test_no_flood_of_keys_fills_the_folder(tmp_path: Path) -> None:
    folder = made(tmp_path)
    refusals = Refusals(folder)
    refusals.heard([UNKNOWN.replace("db8::1", f"db8::{place:x}") for place in range(3 * MOST)], 10)
    refusals.keep()
    kept = refused(folder)
    assert len(kept) == MOST and kept[-1].address == f"2001:db8::{3 * MOST - 1:x}"
    assert words(folder.load(), kept[-1]).startswith(f"A key that was never given here ({OTHER}) was refused, from 2001:db8::")


def test_a_file_of_refusals_that_is_broken_is_said(tmp_path: Path) -> None:
    folder = made(tmp_path)
    folder.refusals.write_text(json.dumps([{"what": "key"}]))
    with pytest.raises(HubError, match=r"refusals\.json cannot be read"):
        refused(folder)
    with served(folder) as said:
        assert any("set aside as refusals.broken" in one for one in said), "it keeps no hub from running"
        assert not standing(folder).refused


def test_a_log_is_followed_over_its_renaming_and_its_halves(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "server.log"
    path.write_text("before\n")
    log = ServerLog(path)
    assert log.lines() == []
    with path.open("a") as file:
        file.write("one\ntw")
    assert log.relayed() == ["one"]
    assert capfd.readouterr().err == "one\n"
    with path.open("a") as file:
        file.write("o\nthree\nfo")
    path.rename(tmp_path / "server.log.2026.11.26.19.32.24.6")
    path.write_text("five\n")
    assert log.lines() == ["two", "three", "fo", "five"]
    path.write_text("x\n")
    assert log.lines() == ["x"], "cut in its place"
    path.unlink()
    assert log.lines() == []
    path.write_bytes(b"\xff\n")
    assert log.lines() == ["\ufffd"]


def test_what_a_server_says_when_all_is_well_is_not_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "server.log"
    path.write_text("")
    log = ServerLog(path)
    stamp = "[7] 2026/11/26 19:32:24.000001"
    routine = [f"{stamp} [INF] Server is ready", f"{stamp} [DBG] a client", f"{stamp} [TRC] a message"]
    wrong = [
        f"{stamp} [WRN] a slow reader",
        f'{stamp} [ERR] "python [INF]" refused',
        f"{stamp} [FTL] the port is taken",
        "goroutine 1 [running]:",
    ]
    path.write_text("\n".join((routine[0], wrong[0], *routine[1:], *wrong[1:])) + "\n")
    assert log.relayed() == [routine[0], wrong[0], *routine[1:], *wrong[1:]]
    assert capfd.readouterr().err.splitlines() == wrong
