"""--keytab from the command line to the workspace: what it opens is kept, the keys are not, nor anything made from them."""

import base64
import json
from pathlib import Path

import pytest

from app.command.main import run as run_command
from app.sensor.decoders.kerberos_opened import OpenTicket
from app.sensor.decoders.keytab import parse
from app.session import Session
from tests.material import SAMPLE, wardlight

KEYTAB = Path(__file__).resolve().parents[1] / "data" / "lab.keytab"
ENCRYPTED = KEYTAB.parent / "smb_encrypted.pcap"


def secrets_seen() -> set[bytes]:
    """Keys of the keytab and every key that reading the sample makes or finds."""
    import app.sensor.conversations.keyring as keyring
    import app.sensor.decoders.crypto.ntlm as ntlm
    from app.sensor.sensor import read_input
    from app.sensor.sources.inputs import find_inputs
    from app.sensor.sources.keytabs import load_keys

    # Samba writes the names of accounts as keys of type 0, which are no secret
    seen = {one.key.value for one in parse(KEYTAB.read_bytes()) if one.key.etype}
    opened, made = keyring.open_ticket, ntlm.session_key

    def open_ticket(data: bytes) -> OpenTicket | None:
        ticket = opened(data)
        if ticket is not None and ticket.key is not None:
            seen.add(ticket.key.value)
        return ticket

    def session_key(*arguments: object) -> bytes | None:
        key = made(*arguments)  # type: ignore[arg-type]
        if key is not None:
            seen.add(key)
        return key

    keyring.open_ticket, ntlm.session_key = open_ticket, session_key  # type: ignore[assignment]
    try:
        for path in (SAMPLE, ENCRYPTED):
            for found in find_inputs([path]):
                read_input(found, lambda batch: None, keys=load_keys([KEYTAB]))
    finally:
        keyring.open_ticket, ntlm.session_key = opened, made
    return {one for one in seen if len(set(one)) > 2 and len(one) >= 8}


def test_no_key_is_left_anywhere(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    workspace, lines, report = tmp_path / "case.wardlight", tmp_path / "all.jsonl", tmp_path / "case.html"

    status = run_command(
        ["analyze", str(SAMPLE), str(ENCRYPTED), "--json", "--keytab", str(KEYTAB), "--workspace", str(workspace),
         "--activities", str(lines), "--report", str(report)],
        lambda html, out: None,
    )  # fmt: skip
    printed = capfdbinary.readouterr()
    secrets = secrets_seen()

    assert status == 2
    assert len(secrets) > 600
    for path in [*tmp_path.iterdir(), None]:
        data = path.read_bytes() if path is not None else printed.out + printed.err
        lower = data.lower()
        assert data
        for one in secrets:
            assert one not in data
            assert one.hex().encode() not in lower
            assert base64.b64encode(one)[:-4] not in data
    assert b"lab.keytab" not in printed.out  # nor where they came from
    assert b"lab.keytab" not in workspace.read_bytes()


def test_json_lines_hold_what_tickets_hold(tmp_path: Path) -> None:
    lines = tmp_path / "all.jsonl"

    wardlight("analyze", SAMPLE, "--keytab", KEYTAB, "--activities", lines)
    details = [json.loads(line)["detail"] for line in lines.read_text().splitlines()]
    pacs = [one["pac"] for one in details if one.get("pac")]

    assert len(pacs) > 300
    assert {"user", "domain_sid", "groups", "logon_time", "server_signature", "kdc_signature"} <= pacs[0].keys()
    assert any(one.get("ticket") and one["ticket"]["opened_with"].startswith("krbtgt@CORP.TEST") for one in details)


@pytest.mark.parametrize(
    ("content", "why"), [(b"no keytab", "does not begin"), (None, "cannot be read"), (b"\x05\x02\0\0\1", None)]
)
def test_a_bad_keytab_is_one_sentence(tmp_path: Path, content: bytes | None, why: str | None) -> None:
    path = tmp_path / "bad.keytab"
    if content is not None:
        path.write_bytes(content)

    ran = wardlight("analyze", ENCRYPTED, "--keytab", path)

    if why is None:  # a keytab without entries is one
        assert ran.returncode != 1
        return
    assert ran.returncode == 1
    assert ran.stdout == b""
    assert len(ran.stderr.decode().strip().splitlines()) == 1
    assert why in ran.stderr.decode()


def test_the_window_hands_over_paths_only(tmp_path: Path) -> None:
    session = Session.open(tmp_path / "case.wardlight")
    ended: list[str | None] = []
    try:
        session.read([ENCRYPTED], lambda progress: None, ended.append, keytabs=[KEYTAB]).wait()
        problems = [problem.what for one in session.queries.inputs() for problem in one.problems]
        session.read([ENCRYPTED], lambda progress: None, ended.append, keytabs=[tmp_path / "missing"]).wait()
    finally:
        session.close()

    assert problems == []
    assert ended[0] is None
    assert ended[1] and "cannot be read" in ended[1]


def test_several_keytabs(tmp_path: Path) -> None:
    from app.sensor.sources.keytabs import load_keys

    assert len(load_keys([KEYTAB, KEYTAB]).entries) == 2 * len(load_keys([KEYTAB]).entries)
