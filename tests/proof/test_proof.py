"""A proof gives the same alert again, says what it does not hold, and does not hide what was changed in it."""

import json
import shutil
import zipfile
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.engine.detectors import brute_force
from app.engine.engine import Engine, create_workspace
from app.engine.schema import connect
from app.engine.store import set_tag
from app.engine.store.tuning import keep
from app.link.codec import decode_batch, encode_batch
from app.model.activity import Activity
from app.model.tuning import Tuning
from app.proof import NotProven, Unusable, replay
from app.proof.archive import ACTIVITIES, EVIDENCE, KNOWLEDGE, MANIFEST, README
from app.sensor.sensor import read_input
from app.sensor.sources.evidence import Keeper, folder_of
from app.sensor.sources.frames import walk_capture
from app.sensor.sources.inputs import find_inputs
from tests.engine.test_told_twice import both
from tests.engine.workspace import Found, Report, fill
from tests.material import SAMPLE, guesses, save, spray
from tests.proof.bundles import Change, body, forged, in_manifest, prove, read_into

LOGS = (
    "evtx/sb_CA_CA_DCSync_4662.evtx",
    "evtx/dbc_smb-password-guessing-security.evtx",
    "evtx/sb_DI_dicovery_4661_net_group_domain_admins_target.evtx",
    "json/otrf_covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges.zip",
    "json/otrf_covenant_sharpsc_create_dcerpc_smb_svcctl.zip",
)
CAPTURES = ("dc_promotion", "golden_ticket", "remote_execution", "dns_zone_transfer")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundle of a password spray."""
    folder = tmp_path_factory.mktemp("small")
    capture = save(folder / "small.pcap", spray([f"user{number}" for number in range(40)]))
    (alert,) = read_into(folder / "case.wardlight", capture)
    prove(folder / "case.wardlight", alert.id, folder / "small.zip")
    return folder / "small.zip"


def test_every_alert_of_the_sample(tmp_path: Path) -> None:
    workspace = tmp_path / "case.wardlight"
    alerts = read_into(workspace, SAMPLE)
    for alert in alerts:
        manifest = prove(workspace, alert.id, tmp_path / "a.zip")
        outcome = replay(tmp_path / "a.zip")

        assert outcome.same and not outcome.differences and not outcome.notes, (alert.detector, outcome)
        assert outcome.from_packets == outcome.evidence == len(alert.finding.evidence)
        assert outcome.alert == alert and not manifest.missing and not manifest.unread
    assert len(alerts) >= 10


@pytest.mark.parametrize("name", CAPTURES)
def test_captures_of_the_lab(shared: Path, tmp_path: Path, name: str) -> None:
    workspace = tmp_path / "case.wardlight"
    alerts = read_into(workspace, shared / "lab" / "captures" / f"{name}.pcap")
    for alert in alerts:
        prove(workspace, alert.id, tmp_path / "a.zip")
        outcome = replay(tmp_path / "a.zip")
        assert outcome.same and outcome.from_packets == outcome.evidence
    assert alerts


@pytest.mark.parametrize("name", LOGS)
def test_logs_of_the_corpus(shared: Path, tmp_path: Path, name: str) -> None:
    workspace = tmp_path / "case.wardlight"
    alerts = read_into(workspace, shared / "corpus" / name)
    for alert in alerts:
        manifest = prove(workspace, alert.id, tmp_path / "a.zip")
        outcome = replay(tmp_path / "a.zip")
        assert outcome.same
        assert outcome.from_records + len(manifest.unread) == outcome.evidence
        assert all("another detail (fields)" in why for why in manifest.unread.values())
    assert alerts


def test_two_runs_give_equal_bytes_also_of_a_workspace_that_was_read_anew(tmp_path: Path, small: Path) -> None:
    workspace = tmp_path / "other.wardlight"
    (alert,) = read_into(workspace, small.with_name("small.pcap"))
    prove(workspace, alert.id, tmp_path / "a.zip")

    assert (tmp_path / "a.zip").read_bytes() == small.read_bytes()


def test_it_says_nothing_of_this_machine_and_of_nobody_else(small: Path) -> None:
    with zipfile.ZipFile(small) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    place = str(small.parent).encode()

    assert not any(place in one for one in files.values())
    assert b"password spray" in files[README] and b"small.pcap" in files[README]


def test_parties_of_other_alerts_are_left_out(tmp_path: Path) -> None:
    capture = save(
        tmp_path / "a.pcap", spray([f"user{number}" for number in range(40)]) + guesses(["CORP\\zoe"] * 40, client="10.9.0.77")
    )
    workspace = tmp_path / "case.wardlight"
    alerts = {one.detector: one for one in read_into(workspace, capture)}
    set_tag(workspace, "user:corp\\zoe", "Honeytoken", True)

    manifest = prove(workspace, alerts["brute_force"].id, tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not any(b"zoe" in archive.read(name).lower() for name in archive.namelist())
    assert manifest.choice.knowledge == "parties" and replay(tmp_path / "a.zip").same


def test_settings_and_tags_of_the_analyst_go_with_it(tmp_path: Path) -> None:
    capture = save(tmp_path / "a.pcap", spray([f"user{number}" for number in range(6)]))
    workspace = tmp_path / "case.wardlight"
    create_workspace(workspace)
    own = Tuning(
        levels={"brute_force": "high", "dcsync": "low"},
        values={f"brute_force.{one.name}": 5 for one in brute_force.DETECTOR.thresholds if not one.unit}
        | {"kerberoasting.requests": 3},
    )
    with connect(workspace) as db:
        keep(db, own)
    set_tag(workspace, "computer:elsewhere", "Honeytoken", True)
    (alert,) = read_into(workspace, capture)

    manifest = prove(workspace, alert.id, tmp_path / "a.zip")

    assert manifest.parameters.tuning.levels == {"brute_force": "high"} and not manifest.parameters.tags
    assert set(manifest.parameters.tuning.values) == own.values.keys() - {"kerberoasting.requests"}
    assert manifest.parameters.values[next(one.name for one in brute_force.DETECTOR.thresholds if not one.unit)] == 5
    assert replay(tmp_path / "a.zip").same
    plain = in_manifest(("parameters", "tuning"), {})
    (different,) = replay(forged(tmp_path / "a.zip", tmp_path / "b.zip", plain)).differences
    assert (
        different.startswith("facts: only here: It would be quiet below 20 failures")
        and "only where it was: It would be quiet below 5 failures" in different
    )


def test_what_the_analyst_said_of_it_stays_with_him(tmp_path: Path, small: Path) -> None:
    from app.session import Session

    workspace = tmp_path / "case.wardlight"
    (alert,) = read_into(workspace, small.with_name("small.pcap"))
    session = Session.open(workspace)
    session.change_alert(alert.id, state="closed", note="a private word")
    session.proof(alert.id, tmp_path / "a.zip")
    session.close()

    assert (tmp_path / "a.zip").read_bytes() == small.read_bytes()


@pytest.mark.parametrize("state", ["moved", "changed"])
def test_an_input_that_is_not_there_any_more(tmp_path: Path, small: Path, state: str) -> None:
    capture = tmp_path / "a.pcap"
    shutil.copy(small.with_name("small.pcap"), capture)
    (alert,) = read_into(tmp_path / "case.wardlight", capture)
    if state == "moved":
        capture.unlink()
    else:
        capture.write_bytes(capture.read_bytes()[:-1] + b"\0")

    manifest = prove(tmp_path / "case.wardlight", alert.id, tmp_path / "a.zip")
    outcome = replay(tmp_path / "a.zip")

    (missing,) = manifest.missing
    assert (
        missing.why == {"moved": "the file is no longer where it was", "changed": "the file has changed since it was read"}[state]
    )
    assert missing.count > len(alert.finding.evidence) and not manifest.packets
    assert outcome.same and any(missing.why in note for note in outcome.notes)


def test_a_case_that_was_carried_elsewhere_with_its_inputs(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "evidence").mkdir(parents=True)
    shutil.copy(small.with_name("small.pcap"), before / "evidence" / "small.pcap")
    monkeypatch.chdir(before)
    (alert,) = read_into(before / "case.wardlight", Path("evidence/small.pcap"))
    before.rename(after)
    monkeypatch.chdir(tmp_path)
    prove(after / "case.wardlight", alert.id, tmp_path / "a.zip")
    (after / "evidence" / "small.pcap").rename(after / "small.pcap")
    prove(after / "case.wardlight", alert.id, tmp_path / "b.zip")

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes() == small.read_bytes()


def test_packets_and_a_log_tell_it_together(tmp_path: Path) -> None:
    wire, log = both(40)
    fill(tmp_path / "w", {"wire": wire, "log": log})

    from app.session import Session

    session = Session.open(tmp_path / "w")
    alert = next(one for one in session.queries.alerts() if {"-event-" in id for id in one.finding.evidence} == {True, False})
    manifest = session.proof(alert.id, tmp_path / "a.zip").manifest
    session.close()

    assert set(manifest.others) == set(alert.finding.evidence)
    assert replay(tmp_path / "a.zip").same
    assert {one.what for one in manifest.missing} == {"packets", "records"}


def live(folder: Path, capture: Path, keep: int) -> Path:
    """A workspace in which the capture came live, and so many of its activities have their packets still."""
    batch: list[Activity] = []
    report = read_input(next(find_inputs([capture])), batch.extend)
    batch.sort(key=lambda one: one.frames)
    workspace = folder / "live.wardlight"
    keeper = Keeper(folder_of(workspace), report.key)
    for records in walk_capture(capture):
        keeper.add(records)
    keeper.keep(batch[:keep])
    keeper.close()
    engine = Engine(workspace)
    engine.begin_input(Found(key=report.key, path="eth0", kind="capture"), live=True)
    engine.ingest(batch)
    engine.finish_input(Report(records=len(batch)))
    engine.settle()
    engine.close()
    return workspace


def test_live_packets_that_are_kept_and_those_that_are_not(tmp_path: Path, small: Path) -> None:
    from app.session import Session

    workspace = live(tmp_path, small.with_name("small.pcap"), 30)
    session = Session.open(workspace)
    (alert,) = session.queries.alerts()
    manifest = session.proof(alert.id, tmp_path / "a.zip").manifest
    session.close()
    outcome = replay(tmp_path / "a.zip")

    (packets,), (missing,) = manifest.packets, manifest.missing
    assert manifest.inputs[0].live and packets.proof == len(packets.frames) > 40
    assert missing.what == "packets" and "was not kept" in missing.why
    assert outcome.same and 0 < outcome.from_packets < outcome.evidence


def test_unknown_and_stale_alerts(tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alert,) = read_into(tmp_path / "case.wardlight", small.with_name("small.pcap"))
    with pytest.raises(NotProven, match="no alert 1234"):
        prove(tmp_path / "case.wardlight", "1234", tmp_path / "a.zip")
    monkeypatch.setattr("app.engine.detectors.DETECTORS", ())
    with pytest.raises(NotProven, match="no detector brute_force"):
        prove(tmp_path / "case.wardlight", alert.id, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


# ---- changed by somebody who also mended the sums


def fewer(files: dict[str, bytes]) -> None:
    files[ACTIVITIES] = encode_batch(decode_batch(files[ACTIVITIES])[:-3])


def other_packets(files: dict[str, bytes]) -> None:
    name = next(one for one in files if one.endswith(".pcapng"))
    files[name] = files[name].replace(b"user7", b"userX")


def other_evidence(files: dict[str, bytes]) -> None:
    every = decode_batch(files[EVIDENCE])
    files[EVIDENCE] = encode_batch([replace(every[0], code=99), *every[1:]])


DIFFERENT: dict[str, tuple[Change, str]] = {
    "title": (in_manifest(("alert", "title"), "Nothing"), "title is"),
    "severity": (in_manifest(("alert", "severity"), "low"), "severity is medium here and was low"),
    "sources": (in_manifest(("alert", "finding", "sources"), []), "sources: only here"),
    "id": (in_manifest(("alert", "id"), "0" * 16), "id is"),
    "facts": (in_manifest(("alert", "finding", "facts"), []), "facts: only here"),
    "sensitivity and activities": (fewer, ""),
    "subject": (in_manifest(("alert", "finding", "subject"), "x"), "subject is"),
    "packets": (other_packets, "packets or records of the bundle"),
    "evidence": (other_evidence, "with another code"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_is_different_is_said(small: Path, tmp_path: Path, name: str) -> None:
    change, words = DIFFERENT[name]

    outcome = replay(forged(small, tmp_path / "a.zip", change))

    assert not outcome.same and any(words in one for one in outcome.differences), outcome.differences


def test_another_version_is_noted_and_no_difference(small: Path, tmp_path: Path) -> None:
    change = (in_manifest(("versions", "program"), "0.0.1"), in_manifest(("versions", "detector"), "f" * 64))

    outcome = replay(forged(small, tmp_path / "a.zip", *change))

    assert outcome.same and [note[:30] for note in outcome.notes] == [
        "it was made by version 0.0.1, ",
        "the detector is another here (",
    ]


def nested(files: dict[str, bytes]) -> None:
    files[KNOWLEDGE] = b"\x91" * 100_000


def disordered(files: dict[str, bytes]) -> None:
    files[ACTIVITIES] = encode_batch(decode_batch(files[ACTIVITIES])[::-1])


def stray(files: dict[str, bytes]) -> None:
    files[EVIDENCE] = encode_batch(decode_batch(files[EVIDENCE])[1:])


def unlisted(files: dict[str, bytes]) -> None:
    manifest = json.loads(files[MANIFEST])
    manifest["packets"] *= 2
    files[MANIFEST] = json.dumps(manifest).encode()


HOSTILE: dict[str, tuple[Change, str]] = {
    "form": (in_manifest(("schema",), 99), "form 99"),
    "format": (in_manifest(("format",), "zip"), "none of a proof bundle"),
    "detector": (in_manifest(("detector",), "../x"), "no detector"),
    "another detector": (in_manifest(("detector",), "dcsync"), "another detector"),
    "manifest": (body(MANIFEST, b"[" * 100_000), "manifest.json cannot be read"),
    "manifest of another type": (in_manifest(("choice",), 5), "manifest.json cannot be read"),
    "activities": (body(ACTIVITIES, b"\x91" * 100_000), "activities.msgpack cannot be read"),
    "no activities": (body(ACTIVITIES, b""), "activities.msgpack cannot be read"),
    "evidence": (stray, "not the evidence"),
    "order": (disordered, "order of events"),
    "knowledge": (nested, "cannot run"),
    "knowledge of another shape": (body(KNOWLEDGE, msgspec.msgpack.encode({"addresses": [1], "sight": 3})), "cannot run"),
    "a file told twice": (unlisted, "not those of its manifest"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_bundle_is_refused_in_one_line(small: Path, tmp_path: Path, name: str) -> None:
    change, words = HOSTILE[name]

    with pytest.raises(Unusable) as caught:
        replay(forged(small, tmp_path / "a.zip", change))

    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_hostile_packets_and_times_do_no_harm(small: Path, tmp_path: Path) -> None:
    for value in (b"", b"PK\3\4", bytes(range(256)) * 50):
        outcome = replay(
            forged(small, tmp_path / "a.zip", body(".pcapng", value), in_manifest(("alert", "finding", "last"), 2**62))
        )
        assert not outcome.same
