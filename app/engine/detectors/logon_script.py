"""A program that runs when somebody signs in was written into his account."""

import re
from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import (
    Change,
    actor_of,
    by_controller,
    changes_of,
    gained,
    is_administrator,
    is_routine,
    is_sensitive_object,
    itself,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange

RUNS = {"scriptpath": "logon script", "mstsinitialprogram": "program of a remote desktop session"}
"""Attributes of users that name what runs at their next sign-in (MS-ADA2, MS-ADA3)."""
OPENS = {"homedirectory": "home directory", "profilepath": "path of a profile"}
"""Those that name a share which it opens: whoever answers there is sent a proof of the password, and a profile brings a registry
whose keys run programs (MS-ADA1, MS-ADA3). Nearly all lie on shares, so that only a strange one counts."""
ADDRESS = re.compile(r"^\\\\(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f-]{2,45}\.ipv6-literal\.net)(?:@|\\|$)", re.I)
"""A share of a computer by its number: administrators write names."""
STRANGE = re.compile(r"^\\\\[^\\]{1,255}@(?:ssl|\d{1,5})(?:@\d{1,5})?(?:\\|$)|^\\\\[^\\]{1,255}\\davwwwroot(?:\\|$)", re.I)
"""A share over WebDAV, which any web server of the Internet may offer."""
WATCHES = (LdapModify, LdapAdd, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Scripts of sensitive accounts, those on a share by its number, and the first ones that somebody writes."""
    for change in changes_of(activity, ctx, *RUNS, *OPENS, ""):
        if not change.attribute:
            if change.deed == "create":
                for name in _names(change):
                    ctx.memory.note(("made", name), True, activity.at)
            continue
        values = gained(change)
        if change.fresh or not change.written or not values or by_controller(activity, ctx):
            continue
        if any(ctx.memory.recall(("made", name), bool, activity.at, HOUR) for name in _names(change)):
            continue
        ref = object_of(change, ctx, activity.at)
        if ref is None or itself(activity, ref, ctx):
            continue
        actor = actor_of(activity, ctx)
        known = is_administrator(actor, ctx, activity.at)
        sensitive, address = is_sensitive_object(change, ref, ctx, activity.at), bool(ADDRESS.match(values[0]))
        opens, strange = OPENS.get(change.attribute), address or bool(STRANGE.match(values[0]))
        if opens is not None and not strange:
            continue
        routine = is_routine(activity, ctx)
        new = actor is not None and not known and opens is None and is_new("script", actor.key, activity.at, ctx)
        severity: Severity = "medium" if (sensitive or strange) and not known and actor is not None else "low"
        if not (sensitive or strange or new):
            continue
        yield tell(
            ctx, activity, change, (f" wrote a {opens or RUNS[change.attribute]}, {values[0][:200]}, into the account ", ref),
            label=opens or "logon script", severity=severity, routine=routine,
            why=("The next sign-in of ", ref, " opens it, which proves the password to whoever answers there.")
            if opens else ("It runs with the rights of ", ref, " at the next sign-in."),
            facts=(
                *((fact(ref, " is sensitive"),) if sensitive else ()),
                *((fact("It lies on a share that is named by its address"),) if address else ()),
                *((fact("It lies on a share over WebDAV"),) if strange and not address else ()),
                *((fact(actor, " is not known as an administrator, and did so for the first time"),) if new else ()),
            ),
            quiet=("It would be quiet for an administrator and an ordinary account, and in the hour when the account is made",),
            confidence="medium" if severity == "medium" else "low",
            title=f"A {opens} on a strange share was written into an account" if opens else DETECTOR.title,
        )  # fmt: skip


def _names(change: Change) -> tuple[str, ...]:
    return tuple(one.lower() for one in (change.dn, change.sid, change.sam) if one)


DETECTOR = Detector(
    id="logon_script",
    external_id=3068,
    title="A logon script was written into an account",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1037.003", "T1098", "T1187"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4720, 4738, 5136, 5137),
    detect=detect,
)
