"""The configuration of AD FS fetched over the network by somebody who is no federation server (preparation of golden SAML)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, MINUTE, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.readings.federation import federates
from app.engine.repeated import again, told_before
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import HttpRequest
from app.model.tuning import Threshold

PAGE = "adfs-configuration"
FIRST = 10 * MINUTE
"""A secondary federation server comes every five minutes; what it is told for is its first coming, not all that follow."""
HABIT = Threshold(
    name="habit",
    low=DAY,
    medium=7 * DAY,
    high=30 * DAY,
    unit="us",
    words="Time after which a program that names itself and comes again is taken for one that may read it",
)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Readers that are no federation servers: those that name a program, as AD FS itself never does, and new ones."""
    asked: HttpRequest = activity.detail  # type: ignore[assignment]
    if asked.page != PAGE:
        return
    at, account, source, target = activity.at, ctx.account(activity), ctx.source(activity), ctx.target(activity)
    reader, store = ctx.place(activity.source, at), ctx.place(activity.destination, at)
    if not reader or reader == store or source.key == target.key:
        return
    since = ctx.memory.recall(("store", store), int, at, 365 * DAY)
    ctx.memory.note(("store", store), at if since is None else since, at)
    first = ctx.memory.recall(("first", reader, store), int, at, 365 * DAY)
    ctx.memory.note(("first", reader, store), at if first is None else first, at)
    if federates(source, ctx):
        return
    age = 0 if first is None else at - first
    severity: Severity
    facts: list[Fact] = [fact("The service from which federation servers copy their configuration was asked: ", activity)]
    if asked.agent:
        if age > ctx.limit(HABIT):
            return
        before = told_before(ctx, at, reader, store)
        severity = "low" if before else "medium" if activity.result != "success" else "high"
        facts.append(fact(f'The request names its program, "{asked.agent[:120]}"; AD FS itself names none when it copies'))
        if before:
            facts.append(again(account, source))
    else:
        if age > FIRST or ctx.sensitivity == "low":
            return
        known = since is not None and (at if first is None else first) - since >= DAY
        severity = "medium" if known else "low"
        facts.append(
            fact("Others were seen to ask ", target, " for a day before, and ", source, " never did")
            if known
            else fact("Nothing in the request is unlike AD FS itself, so a secondary federation server is told so once")
        )
    if asked.bytes:
        facts.append(fact(f"An answer of {asked.bytes:,} bytes came back"))
    yield found(
        ctx,
        activity,
        f"{reader} {store}",
        severity=severity,
        confidence="medium" if asked.agent else "low",
        title="Attempted reading of the AD FS configuration" if activity.result == "failure" else None,
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " asked ", target, " for the configuration of AD FS", ended(activity)),
            sentence(
                "In it lies the token-signing certificate, encrypted; with its key from the directory anybody can sign tokens."
            ),
        ),
        facts=(*facts, against("It would be quiet for a computer that is known to run AD FS")),
        steps=ctx.path(activity, "AD FS configuration", caption_of(activity)),
    )


DETECTOR = Detector(
    id="adfs_configuration",
    external_id=3041,
    title="Configuration of the federation service fetched (AD FS)",
    severity="high",
    phase="Credential access",
    techniques=("T1552.004", "T1606.002"),
    watches=(HttpRequest,),
    needs=Needs(ports=("80",), kinds=("http-request",)),
    window=HOUR,
    thresholds=(HABIT,),
    detect=detect,
)
