import struct
from pathlib import Path

import pytest

from app.model.activity import Account
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from tests.sensor.conversations.smb_messages import NO_CHAIN, SVCCTL, Talk, of_kind, read, rpc, rpc_bind, rpc_bind_ack, smb1, wide

ACCESS_DENIED, LOGON_FAILURE = 0xC0000022, 0xC000006D
CREATE_DIRECTORY, CLOSE, DELETE, RENAME, TRANSACTION, TRANSACTION_MORE, OPEN, READ, WRITE, TRANS2 = (
    0x00, 0x04, 0x06, 0x07, 0x25, 0x26, 0x2D, 0x2E, 0x2F, 0x32,
)  # fmt: skip
TREE_GONE, NEGOTIATE, SETUP, LOGOFF, TREE, CREATE = 0x71, 0x72, 0x73, 0x74, 0x75, 0xA2


def negotiated(mode: int = 0x03) -> Talk:
    words = struct.pack("<HBHHIIIIQHB", 5, mode, 50, 1, 4356, 65536, 0, 0xE3FD, 0, 0, 8)
    talk = Talk().asks(smb1(NEGOTIATE, b"", b"\x02NT LM 0.12\0"))
    return talk.answers(smb1(NEGOTIATE, words, b"12345678" + wide("CORP") + wide("FS1"), reply=True))


def setup(account: str, domain: str, answer: bytes = b"N" * 24, chained: bytes = NO_CHAIN) -> tuple[bytes, bytes]:
    old = b"L" * len(answer)
    words = chained + struct.pack("<HHHIHHII", 4356, 50, 0, 0, len(old), len(answer), 0, 0xD4)
    return words, old + answer + b"\0" + wide(account) + wide(domain) + wide("Windows 5.1") + wide("Windows 2000 5.1")


def logged_on(talk: Talk | None = None, status: int = 0) -> Talk:
    talk = (talk or negotiated()).asks(smb1(SETUP, *setup("alice", "CORP"), user=0))
    return talk.answers(smb1(SETUP, NO_CHAIN + b"\0\0", b"\0" + wide("Unix"), reply=True, status=status))


def connected(path: str = "\\\\FS1\\DATA", service: bytes = b"A:") -> Talk:
    words = NO_CHAIN + struct.pack("<HH", 0, 1)
    talk = logged_on().asks(smb1(TREE, words, b"\0" + wide(path) + b"?????\0", multiplex=2))
    return talk.answers(smb1(TREE, NO_CHAIN + b"\1\0", service + b"\0" + wide("NTFS"), reply=True, multiplex=2))


def opened(talk: Talk, name: str, options: int = 0, status: int = 0, file: int = 0x4000) -> Talk:
    raw = name.encode("utf-16-le")
    words = NO_CHAIN + struct.pack("<BHIIIQIIIIIB", 0, len(raw), 0, 0, 0x2019F, 0, 0, 7, 1, options, 2, 0)
    talk.asks(smb1(CREATE, words, b"\0" + raw, multiplex=3))
    if status:
        return talk.answers(smb1(CREATE, b"", b"", reply=True, status=status, multiplex=3))
    reply = NO_CHAIN + struct.pack("<BHI32sIQQHHB", 0, file, 1, b"", 0x80, 0, 0, 0, 0, 0)
    return talk.answers(smb1(CREATE, reply, b"", reply=True, multiplex=3))


def write(data: bytes, file: int = 0x4000, mode: int = 0) -> bytes:
    words = NO_CHAIN + struct.pack("<HIIHHHHHI", file, 0, 0, mode, 0, len(data) >> 16, len(data) & 0xFFFF, 64, 0)
    return smb1(WRITE, words, b"\0" + data, multiplex=4)


def written(count: int) -> bytes:
    return smb1(WRITE, NO_CHAIN + struct.pack("<HHI", count, 0, 0), b"", reply=True, multiplex=4)


def reading(file: int = 0x4000) -> bytes:
    return smb1(READ, NO_CHAIN + struct.pack("<HIHHIH", file, 0, 1024, 0, 0, 0), b"", multiplex=5)


def been_read(data: bytes) -> bytes:
    words = NO_CHAIN + struct.pack("<HHHHHH8s", 0, 0, 0, len(data), 60, 0, b"")
    return smb1(READ, words, b"\0" + data, reply=True, multiplex=5)


def transact(data: bytes, setup_words: bytes, parameters: bytes = b"", command: int = TRANSACTION, total: int = 0) -> bytes:
    name = wide("\\PIPE\\")
    start = 32 + 1 + 28 + len(setup_words) + 2 + 1
    place = start + len(name)
    words = struct.pack(
        "<HHHHBBHIHHHHHBB", len(parameters), total or len(data), 0, 1024, 0, 0, 0, 0, 0,
        len(parameters), place, len(data), place + len(parameters), len(setup_words) // 2, 0,
    )  # fmt: skip
    return smb1(command, words + setup_words, b"\0" + name + parameters + data, multiplex=6)


def transacted(data: bytes, total: int = 0, command: int = TRANSACTION, status: int = 0) -> bytes:
    words = struct.pack("<HHHHHHHHHBB", 0, total or len(data), 0, 0, 56, 0, len(data), 56, 0, 0, 0)
    return smb1(command, words, b"\0" + data, reply=True, status=status, multiplex=6)


def closed(talk: Talk, file: int = 0x4000) -> Talk:
    talk.asks(smb1(CLOSE, struct.pack("<HI", file, 0), b"", multiplex=7))
    return talk.answers(smb1(CLOSE, b"", b"", reply=True, multiplex=7))


class TestLogon:
    def test_a_logon_without_tokens(self) -> None:
        ntlm, session = logged_on().found

        assert (ntlm.kind, ntlm.result, ntlm.frames) == ("ntlm", "success", (3, 4))
        assert (ntlm.detail.user, ntlm.detail.domain, ntlm.detail.version) == ("alice", "CORP", "NTLMv1")
        assert (ntlm.detail.server_challenge, ntlm.detail.target_netbios_computer) == (b"12345678".hex(), "FS1")
        assert session.detail.dialect == "SMB 1"
        assert (session.detail.native_os, session.detail.native_lan_manager) == ("Windows 5.1", "Windows 2000 5.1")
        assert session.account == Account(name="alice", domain="CORP")

    @pytest.mark.parametrize(
        ("answer", "old", "version"), [(b"N" * 24, b"L" * 24, "NTLMv1"), (b"N" * 60, b"L" * 24, "NTLMv2"),
                                       (b"N" * 24, b"c" * 8 + bytes(16), "NTLMv1-ESS")],
    )  # fmt: skip
    def test_versions_of_the_answer(self, answer: bytes, old: bytes, version: str) -> None:
        words, content = setup("alice", "CORP", answer)
        words = words[:14] + struct.pack("<H", len(old)) + words[16:]
        content = old + content[len(answer) :]
        talk = negotiated().asks(smb1(SETUP, words, content, user=0)).end()

        assert talk.found[0].detail.version == version
        assert talk.found[0].result == "unanswered"

    def test_a_refused_logon(self) -> None:
        ntlm, session = logged_on(status=LOGON_FAILURE).found

        assert (ntlm.result, ntlm.code, session.result) == ("failure", LOGON_FAILURE, "failure")

    def test_a_logon_with_nothing_is_anonymous(self) -> None:
        words, content = setup("", "", b"")
        talk = negotiated().asks(smb1(SETUP, words, content, user=0))
        ntlm, session = talk.answers(smb1(SETUP, NO_CHAIN + b"\0\0", b"\0", reply=True)).found

        assert (ntlm.detail.anonymous, session.detail.anonymous, session.account) == (True, True, None)

    def test_a_password_in_clear_text_is_counted_and_not_kept(self) -> None:
        talk = logged_on(negotiated(mode=0x01))

        assert talk.problems["SMB password in clear text"] == 1
        assert [one.kind for one in talk.found] == ["smb-session"]

    def test_guests(self) -> None:
        talk = negotiated().asks(smb1(SETUP, *setup("alice", "CORP"), user=0))

        assert talk.answers(smb1(SETUP, NO_CHAIN + b"\1\0", b"\0", reply=True)).found[1].detail.guest


class TestShares:
    def test_a_connect(self) -> None:
        (tree,) = of_kind(connected().found, "smb-tree")

        assert (tree.detail.path, tree.detail.name, tree.detail.share_type) == ("\\\\FS1\\DATA", "DATA", "disk")
        assert tree.account == Account(name="alice", domain="CORP")

    def chained(self) -> bytes:
        """Logon and connect in one message."""
        tree_at = 0
        for _ in range(2):  # the second block's place depends on the length of the first
            words, content = setup("alice", "CORP", chained=struct.pack("<BBH", TREE, 0, tree_at))
            tree_at = 32 + 1 + len(words) + 2 + len(content)
        path = b"\0" * (1 + (tree_at + 1 + 8 + 2 + 1) % 2) + wide("\\\\FS1\\IPC$")
        tree_words = NO_CHAIN + struct.pack("<HH", 0, 1)
        whole = bytearray(smb1(SETUP, words, content, user=0, tree=0))
        whole += bytes([4]) + tree_words + struct.pack("<H", len(path) + 6) + path + b"?????\0"
        whole[:4] = struct.pack(">I", len(whole) - 4)
        return bytes(whole)

    def test_logon_and_connect_in_one_message(self) -> None:
        talk = negotiated().asks(self.chained())
        reply = bytearray(smb1(SETUP, struct.pack("<BBHH", TREE, 0, 32 + 1 + 6 + 2 + 1, 0), b"\0", reply=True))
        reply += bytes([3]) + NO_CHAIN + b"\1\0" + struct.pack("<H", 4) + b"IPC\0"
        reply[:4] = struct.pack(">I", len(reply) - 4)
        (tree,) = of_kind(talk.answers(bytes(reply)).found, "smb-tree")

        assert (tree.detail.path, tree.detail.share_type, tree.result) == ("\\\\FS1\\IPC$", "pipe", "success")
        assert tree.account == Account(name="alice", domain="CORP")

    def test_a_failed_logon_takes_the_connect_with_it(self) -> None:
        talk = negotiated().asks(self.chained())
        talk.answers(smb1(SETUP, b"", b"", reply=True, status=LOGON_FAILURE))
        (tree,) = of_kind(talk.end().found, "smb-tree")

        assert (tree.result, tree.code) == ("failure", LOGON_FAILURE)


class TestFiles:
    def test_a_file_is_read(self) -> None:
        talk = opened(connected(), "\\dir\\a.txt").asks(reading()).answers(been_read(b"hello"))
        (file,) = closed(talk).files()

        assert (file.detail.path, file.detail.name) == ("\\\\FS1\\DATA", "dir\\a.txt")
        assert (file.detail.action, file.detail.bytes, file.detail.access) == ("read", 5, 0x2019F)

    def test_a_file_is_written(self) -> None:
        (file,) = closed(opened(connected(), "\\x.exe").asks(write(b"MZ" * 50)).answers(written(100))).files()

        assert (file.detail.action, file.detail.bytes) == ("write", 100)

    def test_a_refused_create(self) -> None:
        (file,) = opened(connected(), "\\x", status=ACCESS_DENIED).end().files()

        assert (file.result, file.code) == ("failure", ACCESS_DENIED)

    def test_delete_and_rename_need_no_open_file(self) -> None:
        talk = connected().asks(smb1(DELETE, b"\6\0", b"\4" + wide("\\a.txt"), multiplex=8))
        talk.answers(smb1(DELETE, b"", b"", reply=True, multiplex=8))
        names = b"\4" + wide("\\a.txt") + b"\4" + b"\0" + wide("\\b.txt")
        talk.asks(smb1(RENAME, b"\6\0", names, multiplex=9)).answers(smb1(RENAME, b"", b"", reply=True, multiplex=9))
        delete, rename = talk.files()

        assert (delete.detail.action, delete.detail.name) == ("delete", "a.txt")
        assert (rename.detail.action, rename.detail.name, rename.detail.new_name) == ("rename", "a.txt", "b.txt")

    def test_a_search(self) -> None:
        parameters = struct.pack("<HHHHI", 0x16, 100, 6, 0x104, 0) + wide("\\dir\\*")
        talk = connected().asks(transact(b"", b"\1\0", parameters, TRANS2)).answers(transacted(b"", command=TRANS2))
        (file,) = talk.files()

        assert (file.detail.action, file.detail.name, file.detail.directory) == ("list", "dir\\*", True)

    def test_delete_of_an_open_file(self) -> None:
        talk = opened(connected(), "\\a.txt")
        talk.asks(transact(b"\1", b"\x08\0", struct.pack("<HHH", 0x4000, 0x102, 0), TRANS2))
        (file,) = closed(talk.answers(transacted(b"", command=TRANS2))).files()

        assert (file.detail.action, file.detail.name) == ("delete", "a.txt")

    def test_late_replies_are_none(self) -> None:
        results = []
        for expire in (True, False):
            talk = connected().asks(smb1(DELETE, b"\6\0", b"\4" + wide("\\a.txt"), multiplex=8))
            talk.at += UNANSWERED_AFTER
            if expire:
                talk.smb.expire(talk.at + 1)
            talk.answers(smb1(DELETE, b"", b"", reply=True, multiplex=8)).end()
            results.append([(one.id, one.result) for one in talk.files()])

        assert results[0] == results[1]
        assert [result for _, result in results[0]] == ["unanswered"]


class TestPipes:
    def pipe(self) -> Talk:
        return opened(connected("\\\\FS1\\IPC$", b"IPC"), "\\svcctl")

    def test_calls_by_write_and_read(self) -> None:
        talk = self.pipe().asks(write(rpc_bind(SVCCTL))).answers(written(72)).asks(reading()).answers(been_read(rpc_bind_ack()))
        (bind,) = of_kind(closed(talk).found, "rpc-bind")

        assert (bind.detail.pipe, bind.result) == ("svcctl", "success")
        assert bind.account == Account(name="alice", domain="CORP")
        assert talk.files() == []

    def test_a_message_that_begins_with_its_length(self) -> None:
        raw = rpc_bind(SVCCTL)
        talk = self.pipe().asks(write(struct.pack("<H", len(raw)) + raw, mode=0x0C)).answers(written(74))
        talk.asks(reading()).answers(been_read(rpc_bind_ack()))

        assert len(of_kind(closed(talk).found, "rpc-bind")) == 1

    def test_calls_by_transaction_whose_reply_comes_in_pieces(self) -> None:
        request = rpc(0, 2, struct.pack("<IHH", 4, 0, 99) + b"abcd")
        reply = rpc(2, 2, struct.pack("<IHBB", 40, 0, 0, 0) + bytes(40))
        talk = self.pipe()
        for asked, answer in ((rpc_bind(SVCCTL), rpc_bind_ack()), (request, reply)):
            talk.asks(transact(asked, struct.pack("<HH", 0x26, 0x4000)))
            talk.answers(transacted(answer[:30], total=len(answer)), transacted(answer[30:], total=len(answer)))
        (call,) = of_kind(closed(talk).found, "rpc-call")

        assert (call.detail.opnum, call.detail.response_bytes, call.result) == (99, 40, "success")

    def test_a_refused_pipe_is_a_file_that_failed(self) -> None:
        (file,) = opened(connected("\\\\FS1\\IPC$", b"IPC"), "\\winreg", status=ACCESS_DENIED).files()

        assert (file.detail.name, file.code) == ("winreg", ACCESS_DENIED)


class TestCorpus:
    def test_a_tool_that_runs_commands_by_services(self, shared: Path) -> None:
        path = shared / "corpus/pcap/elc_smb_exec_only_two_commands.pcap"
        if not path.exists():
            pytest.skip("not here")
        found, problems = read(path)
        operations = [one.detail.operation for one in of_kind(found, "rpc-call")]
        files = [(one.detail.action, one.detail.name) for one in of_kind(found, "smb-file")]

        assert problems == {}
        assert operations.count("RCreateServiceW") == 3
        assert files == [("read", "__output"), ("list", "__output"), ("delete", "__output")] * 3
        assert {one.account.name if one.account else None for one in found} == {"administrator"}

    def test_a_relayed_logon(self, shared: Path) -> None:
        path = shared / "corpus/pcap/ired_relay-attack.pcapng"
        if not path.exists():
            pytest.skip("not here")
        found, _ = read(path)

        assert [one.detail.pipe for one in of_kind(found, "rpc-bind")] == ["svcctl", "winreg"]
