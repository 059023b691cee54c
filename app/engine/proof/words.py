"""What a bundle says to a person who opens it without this program."""

from datetime import UTC, datetime, timedelta

from app.engine.proof.manifest import Manifest
from app.model.alert import plain
from app.model.counting import counted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def readme(manifest: Manifest) -> str:
    """The text of README.txt."""
    alert, choice, versions = manifest.alert, manifest.choice, manifest.versions
    finding = alert.finding
    lines = [
        alert.title,
        f"{alert.severity} severity, {_when(finding.first)} to {_when(finding.last)} UTC, alert {alert.id}",
        "",
        *(plain(one) for one in finding.story),
        "",
        "Why:",
        *(f"- {plain(one.text)}" for one in finding.facts if not one.against),
        *(["", "What would have kept it quiet:"] if any(one.against for one in finding.facts) else []),
        *(f"- {plain(one.text)}" for one in finding.facts if one.against),
        "",
        f"Found by the detector {manifest.detector} of Wardlight {versions.program},"
        f" sensitivity {manifest.parameters.tuning.level(manifest.detector)}.",
        "",
        "What is in this bundle:",
        "- manifest.json: the alert, versions, parameters, inputs, and what could not be put in",
        *(
            f"- {one.file}: {counted(len(one.frames), 'packet')}, {one.proof:,} of them evidence (see their comments)"
            for one in manifest.packets
        ),
        *(f"- {one.file}: {counted(len(one.places), 'record')}" for one in manifest.records),
        f"- activities.msgpack: {counted(choice.count, 'activity', 'activities')} for the detector: {choice.how}",
        "- evidence.msgpack: the activities on which the alert rests",
        "- knowledge.msgpack: who had which name, address and role",
        "- SHA256SUMS: sums of all of these; its own sum was shown when the bundle was made",
    ]
    if manifest.missing:
        lines += [
            "",
            "What is not in it:",
            *(f"- {one.count:,} {one.what} of {_name(manifest, one.input)}: {one.why}" for one in manifest.missing),
        ]
    lines += ["", "To check the sums: sha256sum -c SHA256SUMS", "To run the detector again: wardlight replay THIS-FILE.zip", ""]
    return "\n".join(_inert(one) for one in lines)


def _inert(line: str) -> str:
    """Nothing in it moves a cursor or turns the direction of writing."""
    return "".join(c if c.isprintable() else "\ufffd" for c in line)


def _when(at: int) -> str:
    try:
        return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:
        return str(at)


def _name(manifest: Manifest, key: str) -> str:
    return next((one.name for one in manifest.inputs if one.key == key), key)
