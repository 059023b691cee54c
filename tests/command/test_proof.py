"""Proofs on the command line: made here, run again by another process in another place."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.material import ROOT, SAMPLE, save, spray, wardlight
from tests.proof.bundles import forged, in_manifest, read_into

DISSECTED = {
    "samr_reconnaissance": "samr",
    "smb_session_enumeration": "srvsvc",
    "brute_force": "kerberos",
    "asrep_roasting": "kerberos",
    "kerberoasting": "kerberos",
    "remote_execution": "smb2",
    "dcsync": "drsuapi",
    "golden_ticket_lifetime": "kerberos",
    "golden_ticket_downgrade": "kerberos",
    "golden_ticket_nonexistent": "kerberos",
}
"""What tshark must see in the evidence of the sample's alerts."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bundles of the sample's alerts by detector, and the workspace."""
    folder = tmp_path_factory.mktemp("sample")
    alerts = read_into(folder / "case.wardlight", SAMPLE)
    found = {"": folder / "case.wardlight"}
    for alert in alerts:
        found[alert.detector] = folder / f"{alert.detector}.zip"
        done = wardlight("proof", folder / "case.wardlight", alert.id, found[alert.detector])
        assert (done.returncode, done.stderr) == (0, b""), done.stderr
        assert alert.title.encode() in done.stdout
    return found


def elsewhere(folder: Path, *arguments: object) -> subprocess.CompletedProcess[bytes]:
    """The program in another folder, with nothing of this user around it."""
    variables = {"PYTHONPATH": str(ROOT), "HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"}
    (folder / "home").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "app", *(str(one) for one in arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, cwd=folder, env=variables)


@pytest.mark.parametrize("detector", ["dcsync", "kerberoasting", "brute_force"])
def test_the_same_alert_in_another_place(sample: dict[str, Path], tmp_path: Path, detector: str) -> None:
    bundle = tmp_path / "got.zip"
    bundle.write_bytes(sample[detector].read_bytes())

    done = elsewhere(tmp_path, "replay", bundle, "--json")

    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    assert told["same"] and not told["differences"] and told["alert"]["detector"] == detector
    assert told["from_packets"] == told["evidence"] > 0


def test_in_words(sample: dict[str, Path], tmp_path: Path) -> None:
    done = elsewhere(tmp_path, "replay", sample["dcsync"])

    assert done.returncode == 0 and done.stdout.decode().splitlines()[-1] == "The same alert."


def test_another_alert_is_status_two(sample: dict[str, Path], tmp_path: Path) -> None:
    bundle = forged(sample["dcsync"], tmp_path / "a.zip", in_manifest(("alert", "title"), "It was \x1b[2J nobody"))

    done = elsewhere(tmp_path, "replay", bundle)

    assert done.returncode == 2 and b"different: title is" in done.stdout and b"\x1b" not in done.stdout
    assert done.stdout.decode().splitlines()[-1] == "Not the same."


def test_each_file_changed_is_status_one_with_its_name(sample: dict[str, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(sample["kerberoasting"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert len(files) == 7
    for name in files:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for other, body in files.items():
                archive.writestr(other, body if other != name else body[:-2] + bytes([body[-2] ^ 1]) + body[-1:])
        done = elsewhere(tmp_path, "replay", tmp_path / "a.zip")
        assert done.returncode == 1 and not done.stdout
        assert done.stderr.startswith(b"wardlight: ") and done.stderr.count(b"\n") == 1 and name.encode() in done.stderr


def test_what_cannot_be_done_is_one_line(sample: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    capture = save(tmp_path / "a.pcap", spray([f"user{number}" for number in range(40)]))
    (alert,) = read_into(tmp_path / "case.wardlight", capture)
    for arguments in (
        ("replay", tmp_path / "gone.zip"),
        ("replay", tmp_path / "text.zip"),
        ("replay", tmp_path),
        ("proof", tmp_path / "gone.wardlight", alert.id, tmp_path / "a.zip"),
        ("proof", tmp_path / "case.wardlight", "0" * 16, tmp_path / "a.zip"),
        ("proof", tmp_path / "case.wardlight", alert.id, tmp_path / "no" / "a.zip"),
        ("proof", tmp_path / "case.wardlight", alert.id, tmp_path / "case.wardlight"),
        ("proof", tmp_path / "case.wardlight", alert.id, capture),
    ):
        done = elsewhere(tmp_path, *arguments)
        assert done.returncode == 1 and not done.stdout, arguments
        assert done.stderr.startswith(b"wardlight: ") and done.stderr.count(b"\n") == 1, done.stderr
    assert not (tmp_path / "a.zip").exists() and capture.stat().st_size > 1000
    done = elsewhere(tmp_path, "proof", tmp_path / "case.wardlight", alert.id[:8], tmp_path / "a.zip")
    assert done.returncode == 0 and (tmp_path / "a.zip").exists(), "enough of its beginning"


@pytest.mark.parametrize("detector", DISSECTED)
def test_others_dissect_the_evidence(sample: dict[str, Path], tmp_path: Path, tshark: str, detector: str) -> None:
    with zipfile.ZipFile(sample[detector]) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".pcapng"))
        (tmp_path / "a.pcapng").write_bytes(archive.read(name))
        manifest = json.loads(archive.read("manifest.json"))
    given = ["-Y", f'frame.comment contains "evidence" && {DISSECTED[detector]}', "-T", "fields", "-e", "frame.comment"]

    out = subprocess.run([tshark, "-r", tmp_path / "a.pcapng", *given], capture_output=True, check=True).stdout.decode()

    frames = {int(one.split()[1]) for one in out.splitlines()}
    assert frames and frames <= set(manifest["packets"][0]["frames"])
