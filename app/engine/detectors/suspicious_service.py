"""A service installed at the computer itself whose command no genuine service has."""

from collections.abc import Iterator

from msgspec.structs import replace

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Later, Needs, against, clipped, fact, found, later, sentence
from app.engine.readings.commands import ADMINISTRATION, PROGRAM_OF, local_mark
from app.engine.readings.hosts import VALUE_AUDITED, VALUE_SET
from app.engine.readings.installations import INSTALLED, INSTALLED_AUDITED, SAME, installation, written_service
from app.engine.repeated import again, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.events import EventHost, EventService

WINDOW = HOUR
FOLDER = "a program in a folder where every user can write"


def judged(mark: str, controller: bool) -> Severity:
    """How severe a mark is where it was found."""
    everyday = mark.removeprefix(PROGRAM_OF) in ADMINISTRATION or mark == FOLDER
    return "low" if everyday and not controller else "medium"


def detect(activity: Activity, ctx: Context) -> Iterator[Later]:
    """Services with the marks of tools, unless another computer had them made, which is remote execution."""
    event = activity.detail
    if not isinstance(event, (EventService, EventHost)):
        return
    made = installation(activity, ctx) if isinstance(event, EventService) else written_service(activity)
    if made is None:
        return
    where = ctx.place(activity.destination, activity.at)
    twin = ("remote", where, made.name.lower())
    if made.from_elsewhere and not made.driver:
        ctx.memory.note(twin, True, activity.at)
        told = ctx.memory.recall(("told", *twin), int, activity.at, SAME)
        if told is not None:
            ctx.memory.note(("both", *twin, told), True, activity.at)
        return
    if ctx.memory.recall(twin, bool, activity.at, SAME):
        return
    mark = local_mark(made.command, made.name, made.driver)
    if not mark or (isinstance(event, EventHost) and mark.removeprefix(PROGRAM_OF) in ADMINISTRATION):
        return  # their pipes and processes are told as remote execution
    account, target, controller = ctx.account(activity), ctx.target(activity), ctx.to_controller(activity)
    what = "driver" if made.driver else "service"
    did = "installed" if isinstance(event, EventService) else "wrote into the registry"
    subject = f"{where if account is None else account.key} {made.name.lower()[:100]}"
    if isinstance(event, EventHost):
        ctx.memory.note(("written", where, made.name.lower()), subject, activity.at)
    else:
        subject = ctx.memory.recall(("written", where, made.name.lower()), str, activity.at, SAME) or subject
    same = (account.key if account is not None else "", made.name[:200], mark, controller)
    before = account is not None and told_before(ctx, activity.at, *same)
    one = found(
        ctx,
        activity,
        subject,
        severity="low" if before else judged(mark, controller),
        confidence="medium",
        succeeded=True,
        story=(
            sentence(
                *((account,) if account is not None else ("Somebody not named",)),
                f" {did} the {what} {made.name[:200]} on ",
                target,
                f": {clipped(made.command)}." if made.command else ".",
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            fact(f"It has the mark of a tool: {mark}"),
            *((again(account),) if before else ()),
            *((fact("It was done in a session at the computer itself"),) if made.here else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            against("It would be quiet for a program of its own, in a folder where only administrators can write"),
        ),
        steps=ctx.path(activity, f"{what} installed", "success"),
    )

    ctx.memory.note(("told", *twin), activity.at, activity.at)

    def words() -> Finding:
        """Where the other log of the computer tells it too, and that another one had it made, this is the lesser of the two."""
        if not ctx.memory.recall(("both", *twin, activity.at), bool, activity.at, SAME):
            return one
        return replace(one, severity="low", facts=(*one.facts, fact("Another computer had it made: see Remote code execution")))

    case = later(
        ctx, activity, one.subject, words, severity=one.severity, confidence="medium", succeeded=True, sources=one.sources,
        accounts=one.accounts, targets=one.targets,
    )  # fmt: skip
    yield folded(case, *same) if before else case


DETECTOR = Detector(
    id="suspicious_service",
    external_id=2026,
    title="Suspicious service creation",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1543.003", "T1569.002"),
    watches=(EventService, EventHost),
    event_ids=(INSTALLED, INSTALLED_AUDITED, VALUE_SET, VALUE_AUDITED),
    needs=Needs(ports=("logs",), kinds=("event-service", "event-host"), parts=("event-service", "event-host")),
    window=WINDOW,
    sessions=True,
    detect=detect,
)
