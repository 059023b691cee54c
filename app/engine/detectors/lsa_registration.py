"""A program of somebody registered itself with LSA as a logon process, which opens the tickets of every session."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, outcome_of, sentence
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventPolicy

PRIVILEGED = 4673
OURS = ("\\windows\\", "\\program files\\", "\\program files (x86)\\")
"""Where programs lie that only an administrator can put there: servers of remote access among them register themselves."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """By a person, or as the system from a place where programs are not installed."""
    event: EventPolicy = activity.detail  # type: ignore[assignment]
    if event.event_id != PRIVILEGED:
        return
    program = event.text("ProcessName") or ""
    path = program.lower().partition(":")[2] or program.lower()
    system = by_system(activity)
    if system and (not program or path.startswith(OURS)):
        return
    account, target = ctx.account(activity), ctx.target(activity)
    place = ctx.place(activity.destination, activity.at)
    if path.startswith(OURS) and not is_new("registers", f"{place} {path}", activity.at, ctx):
        return
    name = program.rpartition("\\")[2] or "a program"
    yield found(
        ctx,
        activity,
        f"{place} {account.key if account is not None else ''}",
        severity="low" if path.startswith(OURS) else "medium",
        confidence="low" if path.startswith(OURS) else "medium",
        succeeded=outcome_of(activity),
        targets=(target,),
        story=(
            sentence(
                account,
                f" ran {name}, which {'was refused to register' if activity.result == 'failure' else 'registered'} as a logon "
                "process on ",
                target,
                ".",
            ),
            sentence("A logon process reads the Kerberos tickets of every session, and can put tickets there."),
        ),
        facts=(
            fact("Registration: ", activity),
            fact(f"The program is {program[:200] or 'not told'}"),
            against("It would be quiet for the system itself with an installed program, as Windows signs people in"),
        ),
        steps=ctx.path(activity, "LSA", "refused" if activity.result == "failure" else "success"),
    )


DETECTOR = Detector(
    id="lsa_registration",
    external_id=3044,
    title="A program registered itself with LSA to read tickets",
    severity="medium",
    phase="Credential access",
    techniques=("T1558", "T1550.003"),
    watches=(EventPolicy,),
    needs=Needs(ports=("the Security log",), kinds=("event-policy",), parts=("event-policy",)),
    window=HOUR,
    event_ids=(PRIVILEGED,),
    detect=detect,
)
