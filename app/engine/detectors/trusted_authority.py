"""A certification authority was added to those that sign people in, or that all computers of the forest trust."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import Change, actor_of, by_controller, changes_of, common_name, is_administrator, is_routine
from app.engine.changes import knows_administrators as knows
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapModify
from app.model.events import EventDirectoryChange

CERTIFICATE = "cacertificate"
SIGNS_IN, ROOTS = "cn=ntauthcertificates,cn=public key services,", ",cn=certification authorities,cn=public key services,"
"""Which authorities' certificates sign in, and which roots computers trust (MS-WCCE section 2.2.2.11)."""
WATCHES = (LdapModify, LdapAdd, EventDirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A certificate that comes to one of the two places; what is taken away is quiet."""
    seen: set[str] = set()
    for change in changes_of(activity, ctx, CERTIFICATE, ""):
        dn = change.dn.lower()
        signs_in = dn.startswith(SIGNS_IN)
        if dn in seen or not (signs_in or ROOTS in dn) or not _comes(change) or by_controller(activity, ctx):
            continue
        seen.add(dn)
        actor = actor_of(activity, ctx)
        known, told = is_administrator(actor, ctx, activity.at), knows(ctx)
        severity: Severity = "medium" if signs_in and not known else "low"
        if actor is not None and told and not known:
            severity = "high" if signs_in else "medium"
        routine = is_routine(activity, ctx)
        what = "an authority whose certificates sign people in" if signs_in else f"the root {common_name(change.dn)}"
        yield tell(
            ctx, activity, change, (f" made the forest trust {what}",),
            label="authority trusted", severity=severity, routine=routine,
            why=(
                "Whoever has the key of that authority makes certificates with which every account, administrators too, signs in."
                if signs_in
                else "Every computer of the forest takes it as a root of trust at its next group policy.",
            ),
            facts=(fact(actor, " is not known as an administrator"),) if told and actor is not None and not known else (),
            quiet=("It would be quiet if a certificate had been taken away, or added to another place",),
            confidence="high" if severity == "high" else "medium", title=DETECTOR.title,
        )  # fmt: skip


def _comes(change: Change) -> bool:
    """True where a certificate was added, and for an object that is made to hold one."""
    return change.deed == "create" if not change.attribute else change.written and bool(set(change.new) - set(change.old))


DETECTOR = Detector(
    id="trusted_authority",
    external_id=3067,
    title="A certification authority was trusted by the forest",
    severity="high",
    phase="Domain dominance",
    techniques=("T1649", "T1553.004", "T1484.002"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(5136, 5137),
    detect=detect,
)
