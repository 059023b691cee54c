"""A computer's account was given the DNS name of another computer, so that certificates are issued in that one's name."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import actor_of, changes_of, common_name, gained, is_routine, object_of
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.engine.knowledge.names import host, short
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange

ATTRIBUTE = "dnshostname"
NETBIOS = 15
"""Letters of an account's name that a longer host name is cut to."""
WATCHES = (LdapModify, LdapAdd, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """dNSHostName values that belong to a controller, or to another computer that the directory has."""
    for change in changes_of(activity, ctx, ATTRIBUTE):
        own = host(change.sam or common_name(change.dn))
        for value in gained(change) if change.written else ():
            name = host(value)
            if not name or not own or short(name) == short(own) or (len(own) == NETBIOS and short(name).startswith(own)):
                continue
            victim = ctx.knowledge.computer_entity(name)
            actor = actor_of(activity, ctx)
            if actor is not None and actor.key == victim.key and activity.source is None:
                continue
            controller = victim.kind == "controller"
            held = ctx.knowledge.directory.state(ctx.knowledge.directory.computer(name))
            other = held is not None and short(host(held.object.sam)) not in ("", short(own))
            if not controller and not other:
                continue
            ref = object_of(change, ctx, activity.at)
            yield tell(
                ctx,
                activity,
                change,
                (" gave the account ", own.upper() + "$", " the DNS name of ", victim),
                label="DNS name taken",
                severity="high" if controller else "medium",
                targets=(victim,),
                routine=not controller and is_routine(activity, ctx),
                why=(
                    "A certificate authority without the update of May 2022 then issues certificates in the name of ",
                    victim,
                    ".",
                ),
                facts=(
                    fact(f"The account is called {own.upper()}$ and the name written is {name}"),
                    *((fact("The entry belongs to ", ref),) if ref is not None and ref.key != victim.key else ()),
                ),
                quiet=("It would be quiet if the first part of the name were that of the account",),
                title=DETECTOR.title,
            )


DETECTOR = Detector(
    id="dns_host_name",
    external_id=2421,
    title="Suspicious modification of dNSHostName (CVE-2022-26923)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1068", "T1649"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(4741, 4742, 5136),
    detect=detect,
)
