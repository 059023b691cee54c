"""A certificate in somebody else's name: a template that allows it, or a request that asks for it (ESC1, ESC4, ESC6, ESC15)."""

import re
from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import (
    DESCRIPTOR,
    Change,
    actor_of,
    changes_of,
    common_name,
    is_administrator,
    is_routine,
    knows_administrators,
    number,
)
from app.engine.changes.rights import CONTROLLING, NAMES, added, is_privileged
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, listed
from app.engine.knowledge.names import account_parts, host
from app.engine.knowledge.sids import sid_in
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import LdapAdd, LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventCertificate, EventDirectoryChange

FLAG, TEMPLATES = "mspki-certificate-name-flag", "cn=certificate templates,"
OFFERED, AUTHORITIES = "certificatetemplates", ",cn=enrollment services,"
"""Which templates an authority issues (MS-WCCE section 2.2.2.11.2)."""
SIGNING_IN = frozenset({"1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.20.2.2", "1.3.6.1.5.2.3.4", "2.5.29.37.0"})
"""Uses of a certificate that signs in: client authentication, smart card logon, PKINIT, any."""
LIST = "; "
"""What stands between values that a synchronisation tells as one."""
SUPPLIES = 0x1 | 0x10000
"""CT_FLAG_ENROLLEE_SUPPLIES_SUBJECT and _SUBJECT_ALT_NAME (MS-CRTD section 2.28)."""
WORDS = ("enrollee supplies", "enrollee_supplies_subject")
REQUESTED, ISSUED, REFUSED, TEMPLATE = 4886, 4887, 4888, 4899
ENROLMENT = "91ae6020-9e3c-11cf-8d7c-00aa00c091be"
"""ICertPassage (MS-ICPR section 1.9)."""
UPN = re.compile(r"(?:principal name|upn)\s*=\s*([^\s,&;|\"<>]{1,256})", re.I)
DNS = re.compile(r"(?:dns name|\bdns)\s*=\s*([^\s,&;|\"<>]{1,256})", re.I)
POLICIES = re.compile(r"application\s?polic(?:y|ies)\s*[:=]", re.I)
"""Request attribute that changes what the certificate of an old template may be used for."""
ASKED = re.compile(r"certificatetemplate\s*:\s*([^\r\n]{1,256})", re.I)
AGENTS = frozenset({"enrollmentagent", "machineenrollmentagent", "enrollmentagentoffline", "cepencryption"})
"""Templates that every authority is born with, whose certificates are for asking in others' names (MS-CRTD)."""
BY_WINDOWS = ("ccm:", "cdc:", "rmd:", "useragent:")
"""Attributes by which Windows and the authority's own pages say where a request comes from (MS-WCCE section 2.2.2.7)."""
LOOKED_AT = 8_192
WATCHES = (LdapModify, LdapAdd, RpcCall, EventCertificate, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Templates opened, and requests whose alternative name is somebody else's."""
    detail = activity.detail
    if isinstance(detail, EventCertificate):
        if detail.event_id in (REQUESTED, ISSUED, REFUSED):
            text = (
                f"{detail.fields.get('Attributes', '')[:LOOKED_AT]}\n{(detail.text('SubjectAlternativeName') or '')[:LOOKED_AT]}"
            )
            told = list(_request(activity, text, ctx))
            yield from told or _odd(activity, text, ctx)
        elif detail.event_id == TEMPLATE:
            new, old = (detail.fields.get(f"{one}TemplateContent", "").lower() for one in ("New", "Old"))
            if WORDS[1] in new and WORDS[1] not in old:
                name = detail.text("TemplateInternalName") or "without a name"
                yield _opened(
                    activity, Change(deed="set", attribute=FLAG, dn=detail.text("TemplateDSObjectFQDN") or ""), name, ctx
                )
    elif isinstance(detail, RpcCall):
        if detail.interface == ENROLMENT:
            yield from _request(activity, str(detail.stub.get("attributes") or "")[:LOOKED_AT], ctx)
    else:
        for change in changes_of(activity, ctx, FLAG, DESCRIPTOR, OFFERED):
            yield from (_offered if change.attribute == OFFERED else _template)(activity, change, ctx)


def _template(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    if change.fresh or not change.written or TEMPLATES not in change.dn.lower():
        return
    name = common_name(change.dn)
    if change.attribute == FLAG:
        if any(_supplies(one) for one in change.new) and not any(_supplies(one) for one in change.old):
            yield _opened(activity, change, name, ctx)
    elif change.old and change.new:
        given = [one for one in added(change.old[0], change.new[0]) if one.allows and not is_privileged(one.sid)]
        given = [one for one in given if not CONTROLLING.isdisjoint(one.words) and one.words != ("AllExtendedRights",)]
        if given:
            who = ctx.knowledge.account_of_sid(given[0].sid, activity.at) if given[0].sid.startswith("S-1-5-21-") else None
            trustee = who or NAMES.get(given[0].sid, given[0].sid)
            yield tell(
                ctx,
                activity,
                change,
                (" gave ", trustee, f" rights over the certificate template {name}"),
                label="rights given",
                severity="medium",
                routine=is_routine(activity, ctx),
                title="Rights over a certificate template were given",
                why=("Whoever may change a template can make it issue certificates in anybody's name.",),
                facts=(fact("Rights: ", listed(given[0].words)),),
                quiet=("It would be quiet if only administrators had got rights",),
            )


def _offered(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    """An authority offers one more template: one that signs in whoever is named by the requester, or by somebody new to it."""
    dn = change.dn.lower()
    if change.fresh or not change.written or AUTHORITIES not in dn:
        return
    held = {one.strip().lower() for value in change.old for one in value.split(LIST.strip())}
    gained = [one.strip() for value in change.new for one in value.split(LIST.strip()) if one.strip().lower() not in held]
    open_to = [one for one in gained if _signs_in_anybody(one, dn.partition(AUTHORITIES)[2], activity, ctx)]
    actor = actor_of(activity, ctx)
    known = is_administrator(actor, ctx, activity.at)
    whole = change.deed == "set" and not change.old  # it may have offered them before
    new = (
        actor is not None and actor.kind == "user" and not known and not whole and is_new("offered", actor.key, activity.at, ctx)
    )
    if not gained or (whole and not open_to) or not (open_to or new):
        return
    name = common_name(change.dn)
    yield tell(
        ctx, activity, change, (f" had the authority {name} offer the template {listed(open_to or gained)}",),
        label="template offered", severity="medium" if open_to else "low", routine=is_routine(activity, ctx),
        why=("Certificates of this template sign in whoever the requester names (ESC1).",) if open_to
        else ("From then on certificates of it can be asked for.",),
        facts=(
            *((fact("The template lets requesters choose the name, is for signing in, and asks nobody's approval"),)
              if open_to else ()),
            *((fact(actor, " is not known as an administrator, and did so for the first time"),) if new else ()),
        ),
        quiet=("It would be quiet for an ordinary template, and an administrator or an authority that offers it",),
        confidence="medium" if open_to and not whole else "low", title="A certificate template was offered",
    )  # fmt: skip


def _signs_in_anybody(name: str, rest: str, activity: Activity, ctx: Context) -> bool:
    """True for a template whose requesters choose the name, without approval, in certificates that sign in (ESC1)."""
    directory = ctx.knowledge.directory
    held = directory.state(directory.find(f"cn={name},{TEMPLATES}{rest}".lower()), activity.at)
    facts = held.object.facts if held is not None and held.at <= activity.at else {}
    uses = facts.get("pKIExtendedKeyUsage", "")
    signs = not uses or not SIGNING_IN.isdisjoint(uses.replace(";", " ").split())
    guarded = "approval" in facts.get("msPKI-Enrollment-Flag", "") or facts.get("msPKI-RA-Signature", "0") not in ("0", "")
    holders = [one for one in facts.get("Enroll", "").split(LIST) if one]
    if holders and all(is_privileged(sid_in(one) or one) for one in holders):
        return False  # administrators alone may ask for it, as for that of subordinate authorities
    return bool(facts) and signs and not guarded and _supplies(facts.get("msPKI-Certificate-Name-Flag", ""))


def _supplies(text: str) -> bool:
    bits = number(text)
    return any(one in text.lower() for one in WORDS) if bits is None else bool(bits & SUPPLIES)


def _opened(activity: Activity, change: Change, name: str, ctx: Context) -> Finding:
    actor = actor_of(activity, ctx)
    known = actor is None or is_administrator(actor, ctx, activity.at) or not knows_administrators(ctx)
    return tell(
        ctx,
        activity,
        change,
        (f" let requesters choose the name in certificates of the template {name}",),
        label="template opened",
        severity="medium" if known else "high",
        routine=is_routine(activity, ctx),
        why=("Whoever may use the template can then ask for a certificate in an administrator's name (ESC1).",),
        facts=() if known else (fact(actor, " is not known as an administrator"),),
        quiet=("It would be quiet if requesters could choose it before, or the template had been made so",),
        confidence="medium" if known or not change.old else "high",
        title=DETECTOR.title,
    )


def _request(activity: Activity, text: str, ctx: Context) -> Iterator[Finding]:
    requester = ctx.account(activity)
    own = account_parts(requester.label, None)[0].rstrip("$").partition(".")[0] if requester is not None else ""
    victim: EntityRef | None = None
    facts: list[Fact] = []
    for match in UPN.finditer(text):
        name = account_parts(match[1], None)[0].rstrip("$")
        victim = ctx.knowledge.account(match[1]) if name and own and name != own else None
        if (
            victim is not None
            and (requester is None or victim.key != requester.key)
            and _certain(victim, text, match.start(), ctx)
        ):
            facts.append(fact(f"The request asks for the name {match[1]}"))
            break
        victim = None
    for match in DNS.finditer(text) if victim is None else ():
        end = ctx.knowledge.computer_entity(match[1]) if host(match[1]) else None
        if end is not None and end.kind == "controller" and (requester is None or requester.key != end.key):
            victim = end
            facts.append(fact(f"The request asks for the name {match[1]}, that of a domain controller"))
            break
    policies = POLICIES.search(text) is not None
    if policies:
        facts.append(fact("The request says itself what the certificate may be used for (ESC15)"))
    if victim is None and not policies:
        return
    in_attributes = "san:" in text.lower()
    sensitive = victim is not None and (victim.kind == "controller" or ctx.is_sensitive(victim, activity.at))
    severity: Severity = "high" if sensitive or (in_attributes and victim is not None) else "medium"
    what: EntityRef | str = victim or "other uses than the template's"
    yield tell(
        ctx,
        activity,
        Change(deed="touch"),
        (" asked for a certificate ", "in the name of " if victim else "for ", what),
        label="certificate request",
        severity=severity,
        why=("Whoever holds it can sign in as ", what, ".")
        if victim
        else ("Such a certificate can be used to sign in, or to ask for others in anybody's name.",),
        facts=facts,
        quiet=("It would be quiet if the names in the request were the requester's own",),
        title="A certificate was asked for in somebody else's name" if victim else DETECTOR.title,
        subject=requester.key if requester is not None else "",
        targets=(victim, ctx.target(activity)),
        confidence="high" if in_attributes or sensitive else "medium",
    )


def _odd(activity: Activity, text: str, ctx: Context) -> Iterator[Finding]:
    """A person's request that is unlike those of Windows, or for a certificate to ask in others' names (ESC2, ESC3)."""
    requester, named = ctx.account(activity), ASKED.search(text)
    if requester is None or requester.kind != "user" or named is None:
        return
    template = named[1].strip()[:100]
    agent = template.lower() in AGENTS
    bare = not any(one in text.lower() for one in BY_WINDOWS)
    if not (agent or bare) or not is_new("agent" if agent else "bare", requester.key, activity.at, ctx):
        return
    facts = [fact("With such a certificate others are asked for in anybody's name (ESC3)")] if agent else []
    if bare:
        facts.append(fact("The request does not name the computer that it comes from, as Windows does; tools leave that out"))
    yield tell(
        ctx, activity, Change(deed="touch"), (f" asked for a certificate of the template {template}",),
        label="certificate request", severity="low",
        why=("What the certificate may be used for is the template's to say: look at it.",), facts=facts,
        quiet=("It would be quiet for a request as Windows writes it, for whoever did so earlier, and where five others do so",),
        title="A certificate was asked for in an unusual way", subject=requester.key, targets=(ctx.target(activity),),
        confidence="low",
    )  # fmt: skip


def _certain(victim: EntityRef, text: str, at: int, ctx: Context) -> bool:
    """A name in a certificate may be the requester's own in another spelling, unless the directory knows it as another's.

    What stands in the attributes of a request was put there by hand.
    """
    in_attributes = text.rfind("\n", 0, at) < text.lower().rfind("san:", 0, at)
    return in_attributes or ctx.knowledge.object_of(victim.key) is not None or ctx.is_sensitive(victim)


DETECTOR = Detector(
    id="certificate_template",
    external_id=3012,
    title="Certificate template opened for other names",
    severity="high",
    phase="Domain dominance",
    techniques=("T1649", "T1484"),
    watches=WATCHES,
    needs=change_needs(WATCHES, ("389", "dynamic RPC"), (ENROLMENT,)),
    window=HOUR,
    interfaces=(ENROLMENT,),
    opnums=(0,),
    event_ids=(REQUESTED, ISSUED, REFUSED, TEMPLATE, 5136),
    detect=detect,
)
