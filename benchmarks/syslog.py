"""Bursts of syslog datagrams on loopback: received, lost and processor time, of this program and of rsyslog in the same run."""

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

MESSAGE = (
    b"<13>Oct  5 10:00:00 dc1 CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:4776|The domain controller "
    b"attempted to validate the credentials for an account.|Low| externalId=4776 cat=Security rt=1426218619000 shost=WS7 "
    b"dhost=dc1.corp.test duser=anna cs3=Microsoft-Windows-Security-Auditing cs4=0x0 cs3Label=EventSource "
    b"cs4Label=Reason or Error Code"
)
RSYSLOG = """
global(workDirectory="{folder}")
module(load="imudp" batchSize="128")
input(type="imudp" address="127.0.0.1" port="{port}" rcvbufSize="64m")
template(name="line" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{folder}/out.log" template="line" ioBufferSize="64k")
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def spent(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def send(port: int, rate: int, seconds: float) -> int:
    """Messages that were sent at a rate, in portions of a millisecond."""
    sent, began = 0, time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", port))
        while (passed := time.monotonic() - began) < seconds:
            for _ in range(int(passed * rate) - sent):
                sender.send(MESSAGE)
                sent += 1
            time.sleep(0.001)
    return sent


def listen(port: int) -> None:
    """The listener as a process: says what it has on standard output when it is told to stop."""
    from app.model.activity import Activity
    from app.model.source import SyslogSource
    from app.sensor.sources.syslog import run

    class Outlet:
        def __init__(self) -> None:
            self.records = self.activities = 0
            self.lost: Counter[str] = Counter()

        def put(self, batch: list[Activity]) -> None:
            self.activities += len(batch)

        def received(self, records: int, bytes: int, last: int | None) -> None:
            self.records += records

        def dropped(self, what: str, count: int, where: str = "") -> None:
            self.lost[what] += count

        def note(self, what: str, where: str, count: int = 1) -> None: ...

        def state(self, state: str, error: str = "") -> None:
            print(state, flush=True)

    outlet, stop = Outlet(), threading.Event()
    work = threading.Thread(target=run, args=(SyslogSource(address="127.0.0.1", port=port), "b", outlet, stop))
    work.start()
    for _ in sys.stdin:
        print(json.dumps({"records": outlet.records, "activities": outlet.activities, "lost": dict(outlet.lost)}), flush=True)
    stop.set()
    work.join()


def ours(rate: int, seconds: float) -> dict[str, object]:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.syslog", "--listen", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as one:
        assert one.stdin and one.stdout
        one.stdout.readline()
        before, sent = spent(one.pid), send(port, rate, seconds)
        end, answer = time.monotonic() + 120, {"records": -1, "lost": {}}
        while time.monotonic() < end and answer["records"] + sum(answer["lost"].values()) < sent:
            time.sleep(0.2)
            one.stdin.write("\n")
            one.stdin.flush()
            answer = json.loads(one.stdout.readline())
        used = spent(one.pid) - before
        one.stdin.close()
    return {"sent": sent, "cpu": round(used, 2), **answer}


def theirs(rate: int, seconds: float) -> dict[str, object]:
    tool = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin")
    if tool is None:
        return {"missing": "rsyslogd"}
    with tempfile.TemporaryDirectory() as folder:
        port, config = free_port(), Path(folder) / "rsyslog.conf"
        config.write_text(RSYSLOG.format(folder=folder, port=port))
        with subprocess.Popen([tool, "-n", "-f", str(config), "-i", f"{folder}/pid"]) as one:
            time.sleep(1.5)
            before, sent = spent(one.pid), send(port, rate, seconds)
            time.sleep(2)
            used = spent(one.pid) - before
            one.send_signal(signal.SIGTERM)
            one.wait(20)
        out = Path(folder) / "out.log"
        lines = out.read_bytes().count(b"\n") if out.exists() else 0
    return {"sent": sent, "cpu": round(used, 2), "records": lines, "lost uncounted": sent - lines}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--listen", type=int)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("rates", type=int, nargs="*", default=[5000, 20000, 50000])
    chosen = options.parse_args()
    if chosen.listen:
        listen(chosen.listen)
        return
    for rate in chosen.rates:
        print(rate, "wardlight", json.dumps(ours(rate, chosen.seconds)))
        print(rate, "rsyslog", json.dumps(theirs(rate, chosen.seconds)))


if __name__ == "__main__":
    main()
