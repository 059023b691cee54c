"""Runs a proof bundle again: the detector over its activities, the readers over its packets and records."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from app.engine import detectors
from app.engine.knowledge import Knowledge
from app.engine.proof.manifest import FORMAT, SCHEMA, Manifest
from app.engine.proof.running import alerts_of, detector_of, differences
from app.engine.proof.versions import different, versions_of
from app.link.codec import decode_batch
from app.model.activity import Activity, event_order
from app.model.alert import Alert
from app.proof import archive
from app.proof.archive import Unusable
from app.proof.rereading import reread, unlike_packets, unlike_records

_MANIFEST = msgspec.json.Decoder(Manifest)


class _Head(Struct):
    """What every version of a manifest has."""

    format: str = ""
    schema: int = 0


class Outcome(Struct, frozen=True, kw_only=True):
    """What running a bundle gave. differences: sentences, none when it is the same alert and its evidence comes out of its
    packets and records again. notes: what is worth knowing and no difference. evidence: activities on which the alert rests,
    and how many of them came out of the packets and records of the bundle."""

    same: bool
    alert: Alert
    differences: tuple[str, ...]
    notes: tuple[str, ...]
    files: int
    activities: int
    evidence: int
    from_packets: int
    from_records: int


def replay(path: Path) -> Outcome:
    """Run a bundle again; blocks. Raises Unusable with one sentence for what is no whole bundle, OSError when that is no file."""
    files = archive.read(path)
    manifest = _manifest(files)
    activities, evidence = (_activities(files, name) for name in (archive.ACTIVITIES, archive.EVIDENCE))
    _check(manifest, files, activities, evidence)
    unlike = _run(manifest, activities, files)
    notes = different(manifest.versions, versions_of(manifest.detector))
    notes += [f"{one.count:,} {one.what} are not in the bundle: {one.why}" for one in manifest.missing]
    with tempfile.TemporaryDirectory(prefix="wardlight-") as folder:
        packets, framed = _reread_packets(manifest, files, evidence, Path(folder))
        records, written = _reread_records(manifest, files, evidence, Path(folder))
    unread = packets | records
    for id, why in unread.items():
        if id in manifest.unread:
            notes.append(f"{id}, which was known when the bundle was made: {why}")
        else:
            unlike.append(f"{id} and the packets or records of the bundle: {why}")
    return Outcome(
        same=not unlike, alert=manifest.alert, differences=tuple(unlike), notes=tuple(notes), files=len(files),
        activities=len(activities), evidence=len(evidence),
        from_packets=framed - len(packets), from_records=written - len(records),
    )  # fmt: skip


def _manifest(files: Mapping[str, bytes]) -> Manifest:
    text = files[archive.MANIFEST]
    try:
        head = msgspec.json.decode(text, type=_Head)
        if head.format != FORMAT:
            raise Unusable("its manifest is none of a proof bundle")
        if head.schema != SCHEMA:
            raise Unusable(f"it is a proof bundle of form {head.schema}, which this version does not know (it knows {SCHEMA})")
        return _MANIFEST.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{archive.MANIFEST} cannot be read: {str(error)[:200]}") from error


def _activities(files: Mapping[str, bytes], name: str) -> list[Activity]:
    if name not in files:
        raise Unusable(f"{name} is missing from it")
    try:
        return decode_batch(files[name])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unusable(f"{name} cannot be read: {str(error)[:200]}") from error


def _check(manifest: Manifest, files: Mapping[str, bytes], activities: list[Activity], evidence: list[Activity]) -> None:
    """The parts of the bundle belong together. Raises Unusable."""
    members = {one.name: one for one in manifest.files}
    named = [*(one.file for one in manifest.packets), *(one.file for one in manifest.records)]
    twice = len(set(named)) < len(named) or len(members) < len(manifest.files)
    if twice or not members.keys() >= set(named) or members.keys() | {archive.MANIFEST, archive.SUMS} != files.keys():
        raise Unusable("its files are not those of its manifest")
    for name, one in members.items():
        if one.sha256 != archive.digest(files[name]):
            raise Unusable(f"{name} is not the file of the manifest: its SHA-256 is another")
    if detector_of(manifest.detector) is None:
        raise Unusable(f"this version has no detector {manifest.detector[:100]!r}")
    if manifest.detector != manifest.alert.detector:
        raise Unusable("its alert is of another detector than it says")
    if activities != sorted(activities, key=event_order) or len({one.id for one in activities}) < len(activities):
        raise Unusable(f"{archive.ACTIVITIES} is not in the order of events, each once")
    if [one.id for one in evidence] != list(manifest.alert.finding.evidence):
        raise Unusable(f"{archive.EVIDENCE} is not the evidence of the alert")


def _run(manifest: Manifest, activities: list[Activity], files: Mapping[str, bytes]) -> list[str]:
    """What is different in the alert."""
    chosen = [one for one in detectors.DETECTORS if manifest.choice.every_detector or one.id == manifest.detector]
    pairs = [(one, manifest.told.get(one.id, ())) for one in activities]
    try:
        knowledge = Knowledge.from_bytes(files.get(archive.KNOWLEDGE, b""))
        alerts = alerts_of(chosen, pairs, knowledge, manifest.parameters, manifest.others)
    except Exception as error:  # its sums agree, so it was made like this: hostile, or of a version that kept other things
        raise Unusable(f"the detector cannot run over its activities and knowledge: {type(error).__name__}") from error
    return differences(manifest.alert, alerts)


def _reread_packets(
    manifest: Manifest, files: Mapping[str, bytes], evidence: Sequence[Activity], folder: Path
) -> tuple[dict[str, str], int]:
    """(evidence that does not come out of the packets, with the reason; how many there are)."""
    unlike: dict[str, str] = {}
    count = 0
    for one in manifest.packets:
        mine = [activity for activity in evidence if activity.input == one.input and activity.frames]
        again = reread(folder / "packets.pcapng", files[one.file], 0)
        unlike |= unlike_packets(mine, again, one.frames)
        count += len(mine)
    return unlike, count


def _reread_records(
    manifest: Manifest, files: Mapping[str, bytes], evidence: Sequence[Activity], folder: Path
) -> tuple[dict[str, str], int]:
    """The same for records."""
    unlike: dict[str, str] = {}
    count = 0
    for one in manifest.records:
        mine = [activity for activity in evidence if activity.input == one.input and not activity.frames]
        ending = f".{one.file.rpartition('.')[2]}"
        again = reread(folder / f"records{ending}", files[one.file], manifest.alert.finding.last)
        unlike |= unlike_records(mine, again, one.kind)
        count += len(mine)
    return unlike, count
