"""The account whose key signs in everybody to the cloud was changed."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import (
    CONTROL,
    DESCRIPTOR,
    PASSWORD,
    actor_of,
    changes_of,
    common_name,
    is_administrator,
    knows_administrators,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosPassword, LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange
from app.model.identifiers import SAMR

NAME = "azureadssoacc"
"""Computer account of Entra seamless single sign-on; its key opens the tickets that the cloud accepts."""
TOLD = {PASSWORD: "the password", CONTROL: "the account flags", DESCRIPTOR: "the permissions"}
WATCHES = (LdapModify, RpcCall, KerberosPassword, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Password, flags or permissions of the account; its key is changed monthly at best, by an administrator."""
    for change in changes_of(activity, ctx, *TOLD):
        if not change.written:
            continue
        ref = object_of(change, ctx, activity.at)
        names = (change.sam, common_name(change.dn), ref.label if ref is not None else "")
        if NAME not in {name.lower().rpartition("\\")[2].rstrip("$") for name in names}:
            continue
        actor = actor_of(activity, ctx)
        known = actor is None or is_administrator(actor, ctx, activity.at)
        unsure = not known and not knows_administrators(ctx)
        severity: Severity = "low" if known and change.attribute == PASSWORD else "medium" if known or unsure else "high"
        yield tell(
            ctx, activity, change, (f" changed {TOLD[change.attribute]} of ", ref or change.name), label="account changed",
            severity=severity,
            why=("Who knows its key can sign in to the cloud as any user of the domain.",),
            facts=(fact("It is the account of seamless single sign-on, which nobody signs in with"),
                   *((fact(actor, " is not known as an administrator"),) if not known else ())),
            quiet=("It would be quiet for an ordinary computer's account",), confidence="medium" if known or unsure else "high",
        title=DETECTOR.title,
    )  # fmt: skip


DETECTOR = Detector(
    id="azure_sso",
    external_id=3017,
    title="Suspicious change of the account AZUREADSSOACC",
    severity="high",
    phase="Lateral movement",
    techniques=("T1558.002", "T1098"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445", "464")),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(37, 58),
    event_ids=(4724, 4738, 4742, 5136),
    detect=detect,
)
