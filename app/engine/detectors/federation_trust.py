"""The configuration of the federation service was changed: whom it trusts, what it signs with, what it says of users."""

import re
from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Needs, against, fact, found, outcome_of, sentence, some
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.events import EventAdfs

CHANGED, MORE = 307, 510
TOLD = 2 * MINUTE
"""The records of one change follow one another at once."""
LONGEST = 65_536
NOTHING = "00000000-0000-0000-0000-000000000000"
GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
WHAT: tuple[tuple[str, str, Severity], ...] = (
    (r"claims?\s*provider\s*trust|authority\s*(?:claims)?\s*trust|trusted\s*(?:token\s*)?issuer", "a trust in another issuer",
     "high"),
    (r"token.?signing|signing\s*certificate|token.?decrypting", "a certificate that tokens are signed or opened with", "high"),
    (r"relying\s*party\s*trust|scope\s*trust|issuance(?:authorization|transform)|acceptance(?:transform)?rules|claim\s*rules?",
     "a trust, or the rules by which tokens are given", "medium"),
    (r"additional\s*authentication|authentication\s*(?:provider|policy|method)|access\s*control\s*polic|multi.?factor",
     "how users prove who they are", "medium"),
)  # fmt: skip
"""Words of the objects and properties of AD FS in the text of the events, what they are, and how much a change of them is."""
WORDS = tuple((re.compile(pattern, re.I), what, severity) for pattern, what, severity in WHAT)
OTHER: tuple[str, Severity] = ("its configuration", "low")


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """307 says that something was changed, 510 with the same instance id says what."""
    event = activity.detail
    if not isinstance(event, EventAdfs) or event.event_id not in (CHANGED, MORE):
        return
    texts = [value for value in event.fields.values() if value.strip() not in ("", "-")]
    text = " ".join(texts)[:LONGEST]
    instance = next((one[0].lower() for one in GUID.finditer(text) if one[0] != NOTHING), "")
    key = ("changed", event.computer.lower(), instance)
    account = ctx.account(activity)
    if event.event_id == CHANGED:
        ctx.memory.note(key, (account,), activity.at)
    else:
        begun = ctx.memory.recall(key, tuple, activity.at, TOLD) if instance else None
        if begun is None:
            return  # 510 goes on other events too
        account = begun[0]
    what, severity = next(((what, much) for pattern, what, much in WORDS if pattern.search(text)), OTHER)
    server = ctx.target(activity)
    plain = " ".join(one for one in texts if not GUID.fullmatch(one.strip()))
    yield found(
        ctx,
        activity,
        f"federation {server.key}",
        severity=severity,
        confidence="high" if what != OTHER[0] else "medium",
        accounts=some(account),
        succeeded=outcome_of(activity),
        title=None if severity != "low" else "Configuration of the federation service changed (AD FS)",
        story=(
            sentence(account, " changed ", what, " of the federation service on ", server, "."),
            sentence("Who chooses whom it trusts, or what it signs with, can be any user of whatever trusts the service."),
        ),
        facts=(
            fact("The audit: ", activity),
            *((fact(f"It says: {' '.join(plain.split())[:400]}"),) if plain else ()),
            against("It would be quiet if nothing of the service had been changed"),
        ),
        steps=(Step(origin=account, target=server, label="configuration changed", accented=True),) if account is not None else (),
    )


DETECTOR = Detector(
    id="federation_trust",
    external_id=2420,
    title="Suspicious modification of a trust relationship of a federation server (AD FS)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1484.002", "T1606.002"),
    watches=(EventAdfs,),
    needs=Needs(ports=("the Security log of the federation server",), kinds=("event-adfs",), parts=("event-adfs",)),
    window=HOUR,
    event_ids=(CHANGED, MORE),
    detect=detect,
)
