"""Makes a proof bundle of one alert of a workspace."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from app.engine.proof.choosing import ALWAYS, MOST, Chosen, choose
from app.engine.proof.manifest import Manifest, Member, Parameters
from app.engine.proof.running import detector_of, stated
from app.engine.proof.versions import versions_of
from app.engine.proof.words import readme
from app.engine.queries import Queries
from app.engine.running import watched_kinds
from app.link.codec import encode_batch
from app.model.alert import Alert
from app.proof import archive
from app.proof.gathering import Gathered, gather


class NotProven(OSError):
    """There is no bundle; the text is one sentence."""


class Made(Struct, frozen=True, kw_only=True):
    """What was written. digest: SHA-256 of the list of sums, by which a receiver knows that he got this bundle."""

    manifest: Manifest
    bytes: int
    digest: str


def make_proof(queries: Queries, workspace: Path, alert_id: str, out: Path) -> Made:
    """Write the proof of an alert to out; blocks. Raises OSError with one clear sentence, also for an unknown alert.

    The same workspace and inputs give the same bytes.
    """
    found = queries.alert(alert_id)
    if found is None:
        raise NotProven(f"no alert {alert_id[:100]} in {workspace.name}")
    alert = stated(found)
    given = queries.detection
    parameters = Parameters(tuning=given.tuning(), tags=given.tags(), exclusions=given.exclusions(), losses=given.losses())
    others = {id: more for id in _asked(queries, alert) if (more := queries.detection.others(id))}
    chosen = _chosen(queries, alert, parameters, others)
    evidence = queries.activities_of(alert.finding.evidence)
    got = gather(workspace, queries.inputs(), evidence, alert.finding.last)
    got.files[archive.ACTIVITIES] = encode_batch([activity for activity, _ in chosen.activities])
    got.files[archive.EVIDENCE] = encode_batch(evidence)
    got.files[archive.KNOWLEDGE] = chosen.knowledge
    manifest = _manifest(alert, chosen, others, got)
    got.files[archive.README] = readme(manifest).encode()
    members = tuple(Member(name=name, bytes=len(body), sha256=archive.digest(body)) for name, body in sorted(got.files.items()))
    manifest = msgspec.structs.replace(manifest, files=members)
    text = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1)
    got.files[archive.MANIFEST] = text + b"\n"
    digest = archive.write(out, got.files)
    return Made(manifest=manifest, bytes=out.stat().st_size, digest=digest)


def _asked(queries: Queries, alert: Alert) -> Iterator[str]:
    """Ids of activities of which the detector asks who else tells of them: the evidence, and all packets where it compares."""
    yield from alert.finding.evidence
    detector = detector_of(alert.detector)
    if detector is not None and detector.tellings:
        stream = queries.detection.told(watched_kinds((detector,)), *ALWAYS)
        yield from (activity.id for activity, _ in islice(stream, MOST) if activity.record is None)


def _chosen(queries: Queries, alert: Alert, parameters: Parameters, others: dict[str, tuple[str, ...]]) -> Chosen:
    detector = detector_of(alert.detector)
    if detector is None:
        raise NotProven(f"this version has no detector {alert.detector}; read the inputs again")
    chosen = choose(alert, detector, queries.detection.told, queries.knowledge(), parameters, others)
    if chosen is None:
        raise NotProven(
            "the detector does not state this alert any more: the workspace or the program changed since it was found"
        )
    return chosen


def _manifest(alert: Alert, chosen: Chosen, others: dict[str, tuple[str, ...]], got: Gathered) -> Manifest:
    return Manifest(
        versions=versions_of(alert.detector),
        detector=alert.detector,
        parameters=chosen.parameters,
        alert=alert,
        choice=chosen.choice,
        told={activity.id: told for activity, told in chosen.activities if told},
        others=others,
        inputs=tuple(got.inputs),
        packets=tuple(got.packets),
        records=tuple(got.records),
        missing=tuple(got.missing),
        unread=dict(sorted(got.unread.items())),
    )
