"""The command that listens: standard input, growing files, wrong calls."""

import io
import json
import os
import socket
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from app.command.analyze import moment
from app.command.listen import ordered, specs_of
from app.command.main import parser
from app.command.raised import came, known, tell_raised, tell_rest
from app.model.alert import Alert, plain
from app.model.rows import Seconds
from app.model.source import CaptureSource, DirectorySource, GrowingSource, RadiusSource, SyslogSource
from app.session import Session
from tests.material import ROOT, SAMPLE
from tests.sensor import wire

LEVELS = ("HIGH", "MEDIUM", "LOW")


def start(*words: str, **more: object) -> "subprocess.Popen[bytes]":
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-m", "app", *words]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


def test_standard_input_is_read_to_its_end(tmp_path: Path) -> None:
    with SAMPLE.open("rb") as file:
        child = start("listen", str(tmp_path / "case.wardlight"), "-", stdin=file)
        out, errors = child.communicate(timeout=120)
    session = Session.open(tmp_path / "case.wardlight")
    here = Session.open(tmp_path / "here.wardlight")
    here.read_here([SAMPLE], lambda _: None)
    (live,), (of_file,) = session.queries.inputs(), here.queries.inputs()
    alerts = [sorted((one.detector, one.finding.first) for one in it.queries.alerts()) for it in (session, here)]
    session.close()
    here.close()

    assert child.returncode == 2 and b"Traceback" not in errors
    assert live.path == "standard input (live)" and live.state == "done"
    assert (live.records, live.activities) == (of_file.records, of_file.activities)
    assert alerts[0] == alerts[1] != []
    assert b"standard input (live): " in out


def test_a_growing_file_is_followed_until_the_time_is_over(tmp_path: Path) -> None:
    data = SAMPLE.read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(data[:100_000])
    child = start("listen", str(tmp_path / "case.wardlight"), str(growing), "--for", "8", "--fail-on", "low")
    assert child.stderr is not None
    said = b""
    while not said.endswith(b": running\n"):
        said = child.stderr.readline()
        assert said, "it ended"
    with growing.open("ab") as file:
        file.write(data[100_000:400_000])
    _, errors = child.communicate(timeout=60)
    session = Session.open(tmp_path / "case.wardlight")
    (row,) = session.queries.inputs()
    session.close()
    short = tmp_path / "short.pcap"
    short.write_bytes(data[:400_000])
    here = Session.open(tmp_path / "here.wardlight")
    here.read_here([short], lambda _: None)
    (expected,) = here.queries.inputs()
    here.close()

    assert child.returncode in (0, 2), errors
    assert (row.records, row.activities) == (expected.records, expected.activities)
    assert row.path.endswith("growing.pcap (live)")


def test_a_problem_is_told_when_it_is_there_and_not_by_the_next_run(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    words = ["listen", str(tmp_path / "case.wardlight"), "--syslog", f"udp:127.0.0.1:{port}"]
    child = start(*words)
    assert child.stderr is not None
    said = b""
    while not said.endswith(b": running\n"):
        said = child.stderr.readline()
        assert said, "it ended"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _ in range(3):
            sock.sendto(b"<13>hello", ("127.0.0.1", port))
    told = child.stderr.readline()
    child.terminate()
    first, _ = child.communicate(timeout=60)
    second, errors = start(*words, "--for", "1").communicate(timeout=60)

    assert told.startswith(b"problem: syslog udp 127.0.0.1") and b"no Windows event: " in told
    assert first.count(b"problem: ") == 1 and b"no Windows event: 3 (" in first
    assert b"problem: " not in second + errors and b"from 2 inputs" in second


def test_sources_are_named_by_options_and_by_a_file(tmp_path: Path) -> None:
    listed = tmp_path / "sources.json"
    listed.write_text(json.dumps([{"kind": "syslog", "transport": "tcp", "port": 1514}]))
    words = ["listen", "w", "-i", "eth0", "-i", "eth1", "--filter", "port 88", "--syslog", "udp:5514", "--syslog"]
    words += ["tcp:[::1]:6514", "--radius", "10.0.0.1:1813", "--secret", "shared", "--directory", "ldaps://dc", "--user", "u@d"]
    options = parser().parse_args(["listen", *ordered([*words[1:], "--sources", str(listed), "-", "x.pcap"])])

    assert specs_of(options) == [
        SyslogSource(transport="tcp", port=1514),
        CaptureSource(interfaces=("eth0", "eth1"), filter="port 88"),
        SyslogSource(port=5514),
        SyslogSource(transport="tcp", address="::1", port=6514),
        RadiusSource(address="10.0.0.1", port=1813, secret="shared"),
        DirectorySource(url="ldaps://dc", user="u@d", secret="shared"),
        GrowingSource(path="-"),
        GrowingSource(path=str(Path("x.pcap").resolve())),
    ]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "nothing to listen to"),
        (["--syslog", "sctp:5"], "names no transport"),
        (["--syslog", "udp:x"], "names no port"),
        (["--syslog", "tls:6514"], "needs --certificate"),
        (["--radius", "70000"], "names no port"),
        (["--sources", "nothere.json"], "nothere.json"),
    ],
)
def test_a_wrong_call_is_one_line(tmp_path: Path, words: list[str], why: str) -> None:
    child = start("listen", str(tmp_path / "w"), *words)
    _, errors = child.communicate(timeout=60)

    assert child.returncode == 1
    assert why in errors.decode() and len(errors.splitlines()) == 1


def test_nonsense_among_the_commands_of_the_window_is_told_and_passed_over(tmp_path: Path) -> None:
    child = start("_listen", str(tmp_path / "case.wardlight"), stdin=subprocess.PIPE)
    assert child.stdin is not None and child.stdout is not None
    task = {"type": "start", "id": "one", "spec": {"kind": "growing", "path": str(SAMPLE)}}
    for line in (b"{", b"\xff\xfe", b'{"type":"start","id":1}', b'{"type":"stop","id":"nobody"}', json.dumps(task).encode()):
        child.stdin.write(line + b"\n")
    child.stdin.flush()
    states = []
    while not (states and states[-1]["activities"] > 500):
        said = json.loads(child.stdout.readline())
        states += [said["state"]] if said["type"] == "source" else []  # it also says what the governor lets through
    child.stdin.close()
    rest = child.stdout.read()
    assert child.stderr is not None
    errors = child.stderr.read()
    child.wait(30)
    child.stdout.close()
    child.stderr.close()

    assert child.returncode == 0
    assert errors.count(b"a command is not understood") == 3 and b"Traceback" not in errors
    assert json.loads(rest.splitlines()[-1])["state"]["state"] == "stopped"
    assert {one["id"] for one in states} == {"one"}


def test_a_key_in_place_of_a_file_is_refused_and_not_repeated() -> None:
    with pytest.raises(OSError) as told:
        specs_of(parser().parse_args(["listen", "case.wardlight", "--hub", "wardlight1:secretsecret"]))
    assert "secretsecret" not in str(told.value)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--syslog", "udp:5514", "--resolve", "zz"], "zz is no method"),
        (["--syslog", "udp:5514", "--radius", "18130"], "--radius needs --secret NAME"),
        (["--syslog", "udp:5514", "--for", "-3"], "no number of seconds above 0"),
        (["--syslog", "udp:5514", "--for", "0"], "no number of seconds above 0"),
        (["--syslog", "udp:5514", "--for", "nan"], "no number of seconds above 0"),
    ],
)
def test_a_wrong_option_is_told_before_anything_listens(tmp_path: Path, words: list[str], why: str) -> None:
    child = start("listen", str(tmp_path / "w"), *words)
    out, errors = child.communicate(timeout=60)

    assert child.returncode == 1 and not out
    assert why in errors.decode() and len(errors.splitlines()) == 1
    assert not (tmp_path / "w").exists()


def test_sources_that_never_ran_fail_though_they_were_tried_again_to_the_end(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens: whoever comes is refused
        taken.bind(("127.0.0.1", 0))
        url = f"ldap://127.0.0.1:{taken.getsockname()[1]}"
        child = start("listen", str(tmp_path / "w"), "--directory", url, "--for", "3")
        out, errors = child.communicate(timeout=60)

    assert child.returncode == 1
    assert out.splitlines()[-1].endswith(b"; it never ran")
    assert errors.splitlines()[-1] == b"wardlight: none of the sources ever ran"


def test_an_alert_is_printed_when_it_is_raised_and_only_once(tmp_path: Path) -> None:
    read, write = os.pipe()
    child = start("listen", str(tmp_path / "case.wardlight"), "-", stdin=read)
    os.close(read)
    assert child.stdout is not None and child.stderr is not None
    with os.fdopen(write, "wb") as still_open:
        still_open.write(SAMPLE.read_bytes())
        still_open.flush()
        raised = child.stdout.readline().decode()
        assert child.poll() is None
    rest, errors = child.stdout.read(), child.stderr.read()
    child.wait(60)
    child.stdout.close()
    child.stderr.close()
    session = Session.open(tmp_path / "case.wardlight")
    alerts = session.queries.alerts()
    session.close()
    said = [one for one in (raised + rest.decode()).replace("\n        ", "\0").split("\n") if one[:6].strip() in LEVELS]

    assert raised.startswith(LEVELS), errors
    assert len(set(said)) == len(said)  # none in the same words again
    for one in alerts:
        head = f"{one.severity.upper():6}  {moment(one.finding.first)}  {one.title}  [{', '.join(one.techniques)}]"
        assert "\0".join((head, *map(plain, one.finding.story))) in said
    assert f"{len(alerts)} alerts, " in rest.decode()


def test_alerts_of_before_are_not_told_as_raised_but_counted_in_the_end(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    session = Session.open(case)
    session.read_here([SAMPLE], lambda _: None)
    alerts = session.queries.alerts()
    said: dict[str, Alert] = {}
    out = io.StringIO()
    with redirect_stdout(out):
        tell_raised(session, said, known(session))
        nothing = out.getvalue()
        tell_raised(session, said, {one.id: one for one in alerts[1:]})
        first = out.getvalue()
        tell_rest(session, dict(said), known(session))
        silent = out.getvalue()
        said["gone"] = alerts[1]
        tell_rest(session, said, {})
    none, one_came = came(session, known(session)), came(session, {one.id: one for one in alerts[1:]})
    lower = {one.id: structs.replace(one, severity="low") for one in alerts}
    worse = came(session, lower)
    session.close()

    assert silent == first and none == [] and one_came == [alerts[0]]
    assert worse == [one for one in alerts if one.severity != "low"] != []

    assert nothing == "" and alerts[0].title in first and set(said) == {alerts[0].id, "gone"}
    heads = [one for one in out.getvalue().splitlines() if not one.startswith(" ")]
    assert len(heads) == len(alerts) + 1 and heads[-1].startswith("GONE ") and alerts[1].title in heads[-1]


def test_json_lines_are_alerts_as_analyze_has_them(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    read, write = os.pipe()
    child = start("listen", str(case), "--json", "-", stdin=read)
    os.close(read)
    assert child.stdout is not None and child.stderr is not None
    with os.fdopen(write, "wb") as still_open:
        still_open.write(SAMPLE.read_bytes())
        still_open.flush()
        first = json.loads(child.stdout.readline())
        assert child.poll() is None
    rest, errors = child.stdout.read(), child.stderr.read()
    assert child.wait(60) == 2
    child.stdout.close()
    child.stderr.close()
    told = {one["id"]: one for one in [first, *map(json.loads, rest.splitlines())]}
    session = Session.open(case)
    expected = json.loads(msgspec.json.encode(session.analysis(Seconds(), {})))["alerts"]
    session.close()

    assert [told[one["id"]] for one in expected] == expected != []
    assert b"standard input (live): " in errors and b" alerts, " in errors


def test_the_exit_status_tells_of_what_came_while_it_listened(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    session = Session.open(case)
    session.read_here([SAMPLE], lambda _: None)
    before = len(session.queries.alerts())
    session.close()
    child = start("listen", str(case), "-", "--json", "--fail-on", "low", stdin=subprocess.PIPE)
    out, errors = child.communicate(wire.pcap([]), timeout=60)

    assert before and (child.returncode, out) == (0, b"")
    assert f"{before} alerts, ".encode() in errors


def test_files_that_are_named_from_where_one_is_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["w", "--syslog", "tls:6514", "--certificate", "c.pem", "--key", "./k.pem", "--directory", "ldaps://dc"]
    listed = tmp_path / "sources.json"
    listed.write_text(json.dumps([{"kind": "growing", "path": "x.pcap"}, {"kind": "growing", "path": "-"}]))
    given = [*words, "--authorities", "a.pem", "--sources", str(listed)]
    growing, stdin, syslog, directory = specs_of(parser().parse_args(["listen", *ordered(given)]))

    assert isinstance(syslog, SyslogSource) and isinstance(directory, DirectorySource)
    assert (syslog.certificate, syslog.key) == (str(tmp_path / "c.pem"), str(tmp_path / "k.pem"))
    assert directory.authorities == str(tmp_path / "a.pem")
    assert (growing, stdin) == (GrowingSource(path=str(tmp_path / "x.pcap")), GrowingSource(path="-"))


def test_files_that_a_list_of_sources_names_lie_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    tls = {"kind": "syslog", "transport": "tls", "port": 6514, "certificate": "c.pem", "key": "/etc/k.pem"}
    (tmp_path / "set" / "sources.json").write_text(json.dumps([tls, {"kind": "growing", "path": "x.pcap"}]))
    monkeypatch.chdir(tmp_path)
    syslog, listed, typed = specs_of(parser().parse_args(["listen", "w", "x.pcap", "--sources", "set/sources.json"]))

    assert isinstance(syslog, SyslogSource)
    assert (syslog.certificate, syslog.key) == (str(tmp_path / "set" / "c.pem"), "/etc/k.pem")
    assert (listed, typed) == tuple(GrowingSource(path=str(tmp_path / one)) for one in ("set/x.pcap", "x.pcap"))


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    child = start("listen", str(tmp_path / "w"), "--syslog", "tls:6514", "--certificate", "gone.pem", "--key", "k.pem")
    _, errors = child.communicate(timeout=60)

    assert child.returncode == 1 and b"gone.pem: No such file or directory" in errors


def test_what_is_no_capture_is_said_with_what_to_do_and_an_empty_pipe_is_no_failure(tmp_path: Path) -> None:
    text = tmp_path / "security.log"
    text.write_text("hello world, this is no capture at all")
    child = start("listen", str(tmp_path / "w"), str(text), "--for", "20")
    out, errors = child.communicate(timeout=60)
    assert child.returncode == 1 and b"it never ran" in out
    assert b"what comes is no capture; logs and directories are read as files" in errors

    child = start("listen", str(tmp_path / "x"), "-", stdin=subprocess.DEVNULL)
    out, errors = child.communicate(timeout=60)
    assert child.returncode == 0 and b"never ran" not in out + errors
