"""An account that signed in to the federation service with its password came with a certificate."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, fact, found, outcome_of, plural, sentence
from app.engine.memory import MONTH
from app.engine.readings.federation import whole
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.events import EventAdfs
from app.model.tuning import Threshold

ISSUED, VALIDATED, CALLER = 1200, 1202, 501
WEEK = 7 * DAY
METHODS = ("tlsclient", "x509", "urn:ietf:rfc:2246", "smartcardpki")
"""What ends the name of a method by which a client proves that it has a certificate's key (SAML 2.0 authentication context;
the authenticationmethod claim of Windows)."""
DAYS = Threshold(name="days", low=10, medium=5, high=3, words="Earlier days on which the account signed in without a certificate")


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A certificate is a habit or none; who has always typed a password has none, or got one just now."""
    event, account = activity.detail, ctx.account(activity)
    if not isinstance(event, EventAdfs) or account is None or activity.result != "success":
        return
    method = (event.text("PrimaryAuth") or event.text("authenticationmethod") or "").lower()
    if not method:
        return
    at = activity.at
    young = ctx.memory.fresh(("account", account.key), at, ctx.learning) and ctx.learning > 0
    if not method.endswith(METHODS):
        ctx.memory.days(("other", account.key), at)
        return
    used = ctx.memory.recall(("certificate", account.key), int, at, MONTH)
    ctx.memory.note(("certificate", account.key), at, at)
    held = ctx.memory.recall(("days", "other", account.key), tuple, at, MONTH)
    earlier = held[0] if held is not None else 0
    if used is not None and at - used > HOUR:
        return
    if young or earlier < ctx.limit(DAYS):
        return
    activity = whole(activity, ctx)
    source, server = ctx.source(activity), ctx.target(activity)
    yield found(
        ctx,
        activity,
        account.key,
        confidence="medium",
        succeeded=outcome_of(activity),
        story=(
            sentence(account, " signed in to the federation service on ", server, " with a certificate, for the first time."),
            sentence("A certificate that somebody else got in this name works until it is revoked, whatever the password is."),
        ),
        facts=(
            fact("The sign-in: ", activity),
            fact(account, f" signed in otherwise on {plural(earlier, 'day')} before, and never with a certificate"),
            against("It would be quiet if it had done so before, or were new here"),
        ),
        steps=(Step(origin=account, target=server, label="sign-in with a certificate", accented=True),)
        if not source.key.partition(":")[2]
        else ctx.path(activity, "sign-in with a certificate"),
    )


DETECTOR = Detector(
    id="federation_certificate",
    external_id=2424,
    title="Abnormal authentication at a federation server with a certificate (AD FS)",
    severity="medium",
    phase="Credential access",
    techniques=("T1606.002", "T1649"),
    watches=(EventAdfs,),
    needs=Needs(ports=("the Security log of the federation server",), kinds=("event-adfs",), parts=("event-adfs",)),
    window=HOUR,
    learning=WEEK,
    event_ids=(CALLER, ISSUED, VALIDATED),
    thresholds=(DAYS,),
    detect=detect,
)
