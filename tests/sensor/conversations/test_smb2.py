import struct
from pathlib import Path

import pytest

from app.model.activity import Activity
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from tests.sensor.authentication_samples import SAMPLES
from tests.sensor.conversations.smb_messages import (
    ERROR,
    FILE,
    SVCCTL,
    Talk,
    chain,
    close_body,
    create_body,
    create_reply_body,
    ioctl_body,
    ioctl_reply_body,
    nbss,
    of_kind,
    read,
    read_body,
    read_reply_body,
    rename_data,
    rpc,
    rpc_bind,
    rpc_bind_ack,
    set_info_body,
    smb2,
    tree_body,
    tree_reply_body,
    write_body,
    write_reply_body,
)

DATA = Path(__file__).resolve().parents[2] / "data"
ACCESS_DENIED, NOT_FOUND, PENDING = 0xC0000022, 0xC0000034, 0x103
TREE, TREE_GONE, CREATE, CLOSE, READ, WRITE, IOCTL, LIST, SET_INFO = 3, 4, 5, 6, 8, 9, 0xB, 0xE, 0x11
RELATED = b"\xff" * 16


def connected(path: str = "\\\\fs\\data", kind: int = 1, flags: int = 0) -> Talk:
    """A connection with one share."""
    talk = Talk()
    talk.asks(nbss(smb2(TREE, tree_body(path), 1, tree=0)))
    return talk.answers(nbss(smb2(TREE, tree_reply_body(kind, flags), 1, reply=True)))


def opened(talk: Talk, name: str = "dir\\a.txt", options: int = 0, **reply: int) -> Talk:
    talk.asks(nbss(smb2(CREATE, create_body(name, options=options), 2)))
    return talk.answers(nbss(smb2(CREATE, create_reply_body(**reply), 2, reply=True)))


def closed(talk: Talk) -> Activity:
    talk.asks(nbss(smb2(CLOSE, close_body(), 90))).answers(nbss(smb2(CLOSE, bytes(60), 90, reply=True)))
    (file,) = talk.files()
    return file


class TestShares:
    def test_a_connect_with_its_answer(self) -> None:
        (tree,) = connected().found

        assert (tree.kind, tree.result, tree.code, tree.frames) == ("smb-tree", "success", 0, (1, 2))
        assert (tree.detail.path, tree.detail.name, tree.detail.share_type) == ("\\\\fs\\data", "data", "disk")

    def test_a_refused_connect(self) -> None:
        talk = Talk().asks(nbss(smb2(TREE, tree_body("\\\\fs\\C$"), 1)))
        (tree,) = talk.answers(nbss(smb2(TREE, ERROR, 1, reply=True, status=ACCESS_DENIED))).found

        assert (tree.result, tree.code, tree.detail.name) == ("failure", ACCESS_DENIED, "C$")

    def test_an_encrypted_share(self) -> None:
        assert connected(flags=0x8000).found[0].detail.encrypted

    def test_an_unanswered_connect(self) -> None:
        (tree,) = Talk().asks(nbss(smb2(TREE, tree_body("\\\\fs\\data"), 1))).end().found

        assert (tree.result, tree.code) == ("unanswered", None)

    def test_disconnecting_closes_the_files(self) -> None:
        talk = opened(connected())
        talk.asks(nbss(smb2(TREE_GONE, bytes(4), 3))).answers(nbss(smb2(TREE_GONE, bytes(4), 3, reply=True)))

        assert len(talk.files()) == 1


class TestFiles:
    def test_an_open_that_does_nothing(self) -> None:
        file = closed(opened(connected()))

        assert (file.detail.path, file.detail.name, file.detail.action) == ("\\\\fs\\data", "dir\\a.txt", "open")
        assert (file.result, file.code, file.frames, file.detail.access) == ("success", 0, (3, 4), 0x120089)

    def test_reads_are_summed(self) -> None:
        talk = opened(connected())
        for message in (3, 4):
            talk.asks(nbss(smb2(READ, read_body(500), message)))
            talk.answers(nbss(smb2(READ, read_reply_body(b"x" * 500), message, reply=True)))
        file = closed(talk)

        assert (file.detail.action, file.detail.bytes, file.frames) == ("read", 1000, (3, 4, 5))

    def test_large_reads_are_summed_though_cut(self) -> None:
        talk = opened(connected()).asks(nbss(smb2(READ, read_body(65536), 3)))
        talk.answers(nbss(smb2(READ, read_reply_body(b"x" * 65536), 3, reply=True)))

        assert closed(talk).detail.bytes == 65536

    def test_a_refused_write_moves_nothing(self) -> None:
        talk = opened(connected()).asks(nbss(smb2(WRITE, write_body(b"abc"), 3)))
        talk.answers(nbss(smb2(WRITE, ERROR, 3, reply=True, status=ACCESS_DENIED)))

        assert closed(talk).detail.bytes == 0

    def test_the_strongest_action_is_told(self) -> None:
        talk = opened(connected(), action=2).asks(nbss(smb2(WRITE, write_body(b"abc"), 3)))
        talk.answers(nbss(smb2(WRITE, write_reply_body(3), 3, reply=True)))
        talk.asks(nbss(smb2(READ, read_body(3), 4))).answers(nbss(smb2(READ, read_reply_body(b"abc"), 4, reply=True)))
        file = closed(talk)

        assert (file.detail.action, file.detail.bytes, file.detail.created) == ("write", 6, True)

    def test_a_rename(self) -> None:
        talk = opened(connected()).asks(nbss(smb2(SET_INFO, set_info_body(10, rename_data("dir\\b.exe")), 3)))
        file = closed(talk.answers(nbss(smb2(SET_INFO, b"\2\0", 3, reply=True))))

        assert (file.detail.action, file.detail.new_name) == ("rename", "dir\\b.exe")

    def test_a_refused_rename_is_none(self) -> None:
        talk = opened(connected()).asks(nbss(smb2(SET_INFO, set_info_body(10, rename_data("b")), 3)))
        file = closed(talk.answers(nbss(smb2(SET_INFO, ERROR, 3, reply=True, status=ACCESS_DENIED))))

        assert (file.detail.action, file.detail.new_name) == ("open", None)

    @pytest.mark.parametrize(("last", "action"), [(b"\1", "delete"), (b"\0", "open")])
    def test_a_delete_may_be_taken_back(self, last: bytes, action: str) -> None:
        talk = opened(connected())
        for message, data in ((3, b"\1"), (4, last)):
            talk.asks(nbss(smb2(SET_INFO, set_info_body(13, data), message)))
            talk.answers(nbss(smb2(SET_INFO, b"\2\0", message, reply=True)))

        assert closed(talk).detail.action == action

    def test_delete_on_close(self) -> None:
        assert closed(opened(connected(), options=0x1000)).detail.action == "delete"

    def test_a_refused_create(self) -> None:
        talk = connected().asks(nbss(smb2(CREATE, create_body("x", options=0x1000), 2)))
        (file,) = talk.answers(nbss(smb2(CREATE, ERROR, 2, reply=True, status=NOT_FOUND))).end().files()

        assert (file.result, file.code, file.detail.action) == ("failure", NOT_FOUND, "open")

    def test_the_interim_answer_is_passed_over(self) -> None:
        talk = connected().asks(nbss(smb2(CREATE, create_body("x"), 2)))
        talk.answers(nbss(smb2(CREATE, ERROR, 2, reply=True, status=PENDING, flags=2)))
        talk.answers(nbss(smb2(CREATE, create_reply_body(), 2, reply=True, flags=2)))

        assert closed(talk).frames == (3, 5)

    def test_a_chain_names_its_file_once(self) -> None:
        asked = chain(
            smb2(CREATE, create_body("dir", options=1), 2),
            smb2(LIST, struct.pack("<HBBI16sHHI", 33, 37, 0, 0, RELATED, 96, 2, 1000) + b"*\0", 3, flags=4, session=2**64 - 1),
            smb2(CLOSE, close_body(RELATED), 4, flags=4, session=2**64 - 1),
        )
        answer = chain(
            smb2(CREATE, create_reply_body(attributes=0x10), 2, reply=True),
            smb2(LIST, bytes(16), 3, reply=True, flags=4),
            smb2(CLOSE, bytes(60), 4, reply=True, flags=4),
        )
        (file,) = connected().asks(asked).answers(answer).files()

        assert (file.detail.action, file.detail.directory, file.detail.path, file.frames) == (
            "list",
            True,
            "\\\\fs\\data",
            (3, 4),
        )

    def test_a_chain_whose_create_fails_is_told_once(self) -> None:
        asked = chain(smb2(CREATE, create_body("dir"), 2), smb2(CLOSE, close_body(RELATED), 3, flags=4))
        answer = chain(
            smb2(CREATE, ERROR, 2, reply=True, status=NOT_FOUND), smb2(CLOSE, ERROR, 3, reply=True, status=NOT_FOUND, flags=4)
        )

        assert [one.result for one in connected().asks(asked).answers(answer).end().files()] == ["failure"]

    def test_a_name_of_dfs_loses_its_server_and_share(self) -> None:
        talk = connected("\\\\dc1\\SYSVOL")
        talk.asks(nbss(smb2(CREATE, create_body("dc1.corp.test\\sysvol\\corp.test\\Policies"), 2, flags=0x10000000)))
        talk.answers(nbss(smb2(CREATE, create_reply_body(), 2, reply=True)))

        assert closed(talk).detail.name == "corp.test\\Policies"

    def test_a_copy_by_the_server_is_a_write(self) -> None:
        talk = opened(connected()).asks(nbss(smb2(IOCTL, ioctl_body(0x001440F2, bytes(32)), 3)))
        talk.answers(nbss(smb2(IOCTL, ioctl_reply_body(0x001440F2, struct.pack("<III", 1, 0, 7000)), 3, reply=True)))
        file = closed(talk)

        assert (file.detail.action, file.detail.bytes) == ("write", 7000)


class TestMiddle:
    """The capture begins after the logon, the connect, the create."""

    def test_reads_of_a_file_nobody_saw_opened(self) -> None:
        talk = Talk().asks(nbss(smb2(READ, read_body(500), 3)))
        talk.answers(nbss(smb2(READ, read_reply_body(b"x" * 500), 3, reply=True)))
        (file,) = talk.end().files()

        assert (file.detail.path, file.detail.name, file.detail.action, file.detail.bytes) == ("", "", "read", 500)

    def test_a_close_alone_tells_nothing(self) -> None:
        talk = Talk().asks(nbss(smb2(CLOSE, close_body(), 3))).answers(nbss(smb2(CLOSE, bytes(60), 3, reply=True)))

        assert talk.end().found == []

    def test_calls_are_known_by_their_bytes(self) -> None:
        talk = Talk().asks(nbss(smb2(WRITE, write_body(rpc_bind(SVCCTL)), 3)))
        talk.answers(nbss(smb2(WRITE, write_reply_body(72), 3, reply=True)))
        talk.asks(nbss(smb2(READ, read_body(1024), 4)))
        talk.answers(nbss(smb2(READ, read_reply_body(rpc_bind_ack()), 4, reply=True)))

        (bind,) = of_kind(talk.end().found, "rpc-bind")
        assert (bind.detail.interface, bind.detail.pipe) == ("367abb81-9844-35f1-ad32-98f038001003", None)
        assert talk.files() == []


class TestPipes:
    def pipe(self) -> Talk:
        talk = connected("\\\\fs\\IPC$", kind=2)
        return opened(talk, "svcctl")

    @pytest.mark.parametrize("transceive", [True, False])
    def test_calls_through_a_pipe(self, transceive: bool) -> None:
        talk = self.pipe()
        request, reply = (
            rpc(0, 2, struct.pack("<IHH", 4, 0, 99) + b"abcd"),
            rpc(2, 2, struct.pack("<IHBB", 4, 0, 0, 0) + bytes(4)),
        )
        for message, (asked, answer) in enumerate([(rpc_bind(SVCCTL), rpc_bind_ack()), (request, reply)], 3):
            if transceive:
                talk.asks(nbss(smb2(IOCTL, ioctl_body(0x0011C017, asked), message)))
                talk.answers(nbss(smb2(IOCTL, ioctl_reply_body(0x0011C017, answer), message, reply=True)))
            else:
                talk.asks(nbss(smb2(WRITE, write_body(asked), message)))
                talk.answers(nbss(smb2(WRITE, write_reply_body(len(asked)), message, reply=True)))
                talk.asks(nbss(smb2(READ, read_body(1024), message + 10)))
                talk.answers(nbss(smb2(READ, read_reply_body(answer), message + 10, reply=True)))
        talk.end()
        (bind,), (call,) = of_kind(talk.found, "rpc-bind"), of_kind(talk.found, "rpc-call")

        assert bind.detail.pipe == "svcctl"
        assert (call.detail.opnum, call.detail.pipe, call.detail.request_bytes, call.result) == (99, "svcctl", 4, "success")
        assert talk.files() == []

    def test_a_pipe_that_carries_no_calls_is_a_file(self) -> None:
        talk = connected("\\\\fs\\IPC$", kind=2)
        opened(talk, "svc-stdout").asks(nbss(smb2(READ, read_body(9), 3)))
        file = closed(talk.answers(nbss(smb2(READ, read_reply_body(b"C:\\> dir\n"), 3, reply=True))))

        assert (file.detail.path, file.detail.name, file.detail.action) == ("\\\\fs\\IPC$", "svc-stdout", "read")

    def test_a_refused_pipe_is_a_file_that_failed(self) -> None:
        talk = connected("\\\\fs\\IPC$", kind=2).asks(nbss(smb2(CREATE, create_body("winreg"), 2)))
        (file,) = talk.answers(nbss(smb2(CREATE, ERROR, 2, reply=True, status=ACCESS_DENIED))).files()

        assert (file.detail.path, file.detail.name, file.code) == ("\\\\fs\\IPC$", "winreg", ACCESS_DENIED)


class TestTime:
    def test_a_late_reply_is_none_whether_or_not_it_was_given_up_before(self) -> None:
        results = []
        for expire in (True, False):
            talk = connected().asks(nbss(smb2(CREATE, create_body("x"), 2)))
            talk.at += UNANSWERED_AFTER
            if expire:
                talk.smb.expire(talk.at + 1)
            talk.answers(nbss(smb2(CREATE, create_reply_body(), 2, reply=True))).end()
            results.append([(one.id, one.result) for one in talk.found])

        assert results[0] == results[1]
        assert results[0][-1][1] == "unanswered"

    def test_what_is_open_at_the_end_is_told(self) -> None:
        assert [one.detail.name for one in opened(connected()).end().files()] == ["dir\\a.txt"]

    def test_requests_without_end_are_bounded(self) -> None:
        talk = Talk()
        for message in range(9000):
            talk.asks(nbss(smb2(CREATE, create_body("x"), message)))

        assert talk.problems["SMB requests without reply"] == 9000 - 8192
        assert len(talk.files()) == 9000 - 8192

    def test_files_without_end_are_bounded(self) -> None:
        talk = connected()
        for number in range(16390):
            talk.asks(nbss(smb2(CREATE, create_body("x"), number)))
            talk.answers(nbss(smb2(CREATE, create_reply_body(struct.pack("<QQ", number, 1)), number, reply=True)))

        assert len(talk.files()) == 6
        assert talk.problems["SMB files left open"] == 6


class TestLab:
    """A service put on a share and started through svcctl, as an attacker's tool does it."""

    def test_the_story_is_told(self) -> None:
        found, problems = read(DATA / "smb_remote_execution.pcap")
        (session,) = of_kind(found, "smb-session")
        files = [(one.detail.name, one.detail.action, one.detail.bytes) for one in of_kind(found, "smb-file")]

        assert problems == {}
        assert (session.detail.dialect, session.detail.mechanism, session.detail.signing_required) == ("SMB 3.1.1", "NTLM", True)
        assert session.frames == (10, 11, 12, 13)
        assert len(of_kind(found, "smb-tree")) == 4
        assert ("labsvc.exe", "write", 980) in files
        assert ("labsvc.exe", "delete", 0) in files
        assert [one.detail.operation for one in of_kind(found, "rpc-call")][-1] == "RCreateServiceW"

    def test_everything_after_the_logon_has_its_account(self) -> None:
        found, _ = read(DATA / "smb_remote_execution.pcap")

        assert {one.account.name if one.account else None for one in found} == {"da.smith"}

    def test_a_session_by_ticket_carries_the_ticket(self, shared: Path) -> None:
        path = shared / "corpus/pcap/suri_dcerpc-smb-test-01.pcap"
        if not path.exists():
            pytest.skip("not here")
        found, _ = read(path)

        assert len({one.ticket for one in found}) == 1
        assert found[0].ticket is not None
        assert any(one.detail.name == "PSEXESVC.exe" and one.detail.action == "delete" for one in of_kind(found, "smb-file"))


def test_a_server_that_numbers_no_sessions_ends_one_logon(shared: Path) -> None:
    path = shared / "corpus/pcap/cl_petitpotam_UnPatchedDCOpenFileRaw.pcapng"
    if not path.exists():
        pytest.skip("not here")
    found, _ = read(path)
    sessions = {one.frames: one.result for one in of_kind(found, "smb-session")}

    assert sessions == {
        (1979, 1980, 1982, 1983): "success",
        (2007, 2009, 2010): "unanswered",
        (2035, 2037, 2038, 2040): "failure",
    }


def test_the_file_id_of_a_reply_is_where_the_specification_says() -> None:
    talk = opened(connected())

    assert list(talk.smb._smb2._table.handles) == [FILE]  # type: ignore[union-attr]


class TestSetupsWithoutAnswers:
    """What a capture of one direction, or one that lost the answers, tells of who is who."""

    FIRST, LAST = SAMPLES["ntlm1_smb2"], SAMPLES["ntlm3_smb2"]

    @staticmethod
    def setup(blob: bytes, message: int, session: int) -> bytes:
        return nbss(smb2(1, struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(blob), 0) + blob, message, session=session, tree=0))

    def test_both_rounds_are_one_and_the_session_that_is_used_was_granted(self) -> None:
        talk = Talk().asks(self.setup(self.FIRST, 1, 0), self.setup(self.LAST, 2, 7))
        talk.asks(nbss(smb2(TREE, tree_body("\\\\fs\\data"), 3, tree=0))).end()
        ntlm, session, tree = sorted(talk.found, key=lambda one: one.kind)
        assert (ntlm.result, session.result, tree.result) == ("success", "success", "unanswered")
        assert ntlm.account and ntlm.account == session.account == tree.account
        assert ntlm.frames == session.frames == (1, 2)

    def test_a_session_that_nobody_uses_has_no_result(self) -> None:
        talk = Talk().asks(self.setup(self.FIRST, 1, 0), self.setup(self.LAST, 2, 7)).end()
        assert {one.result for one in talk.found} == {"unanswered"} and len(talk.found) == 2

    def test_an_answer_that_comes_says_it(self) -> None:
        talk = Talk().asks(self.setup(self.FIRST, 1, 0), self.setup(self.LAST, 2, 7))
        talk.asks(nbss(smb2(TREE, tree_body("\\\\fs\\data"), 3, tree=0)))
        talk.answers(nbss(smb2(1, ERROR, 2, reply=True, status=0xC000006D, tree=0))).end()
        assert [one.result for one in talk.found if one.kind in ("ntlm", "smb-session")] == ["failure", "failure"]
