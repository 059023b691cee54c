"""An NTLM authentication whose integrity code was taken out on the way (CVE-2019-1040)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import Ntlm

WINDOW = HOUR
SIGN, ALWAYS_SIGN = 0x10, 0x8000
"""NTLMSSP_NEGOTIATE_SIGN and _ALWAYS_SIGN (MS-NLMP section 2.2.2.5)."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The client's part, which only its password can make, says that there is an integrity code, and there is none."""
    detail = activity.detail
    if not isinstance(detail, Ntlm) or not detail.mic_expected or detail.mic is not False or activity.source is None:
        return
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    unsigned = detail.flags is not None and not detail.flags & (SIGN | ALWAYS_SIGN)
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        confidence="high" if unsigned else "medium",
        title=None if activity.result != "failure" else "Attempted NTLM authentication tampering",
        succeeded=outcome_of(activity),
        story=(
            sentence("The NTLM authentication of ", account, " that came from ", source, " to ", target,
                     " was changed on the way", ended(activity, ", and was accepted.")),
        ),
        facts=(
            fact("The client's answer says that it holds a message integrity code (MsvAvFlags), and it holds none: ", activity),
            *((fact("The flags that demand signing are missing as well, as after an attack that takes them out"),)
              if unsigned else ()),
            *((fact(f"The client wanted to sign in to {detail.spn}"),) if detail.spn else ()),
            against("It would be quiet if the code were there, or if the client's answer did not announce it"),
        ),
        steps=ctx.path(activity, f"{detail.carrier} sign-in", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="ntlm_tampering",
    external_id=2039,
    title="Suspected NTLM authentication tampering",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1557.001", "T1210"),
    watches=(Ntlm,),
    needs=Needs(ports=("445", "389", "80", "135"), kinds=("ntlm",), hidden_by=("ldap inside tls",)),
    window=WINDOW,
    attacked_accounts=True,
    detect=detect,
)
