"""A setting of the whole forest was changed so that the directory service protects less (dSHeuristics)."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import Change, by_controller, changes_of, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import RANK, Finding, Severity
from app.model.details import LdapModify
from app.model.events import EventDirectoryChange

ATTRIBUTE, OBJECT = "dsheuristics", "cn=directory service,cn=windows nt,cn=services,"
LONGEST = 64
ANONYMOUS, ADDRESS_BOOK, EXCLUDED, NAMES, ADDING, OWNING, SEALED = 7, 8, 16, 21, 28, 29, 31
"""Places in the string, counted from one (MS-ADTS section 6.1.1.2.4.1.2)."""
GROUPS = {1: "Account Operators", 2: "Server Operators", 4: "Print Operators", 8: "Backup Operators"}
"""Bits of dwAdminSDExMask (MS-ADTS section 3.1.1.6.1.4)."""
WATCHES = (LdapModify, EventDirectoryChange)
Weaker = tuple[Severity, str]


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Each character that protects less than the one before; a string that gets stricter is quiet."""
    for change in changes_of(activity, ctx, ATTRIBUTE):
        if not change.written or not change.dn.lower().startswith(OBJECT) or by_controller(activity, ctx):
            continue
        found = sorted(_weaker(change), key=lambda one: -RANK[one[0]])
        if not found:
            continue
        yield tell(
            ctx, activity, change, (" changed how the directory service protects itself",),
            label="setting weakened", severity=found[0][0], routine=is_routine(activity, ctx),
            why=("It holds for every domain controller of the forest.",),
            facts=tuple(fact(words) for _, words in found),
            quiet=("It would be quiet if the characters that changed had become stricter, or had nothing to do with protection",),
            confidence="high" if change.old else "medium", title=DETECTOR.title,
        )  # fmt: skip


def _weaker(change: Change) -> Iterator[Weaker]:
    old, new = (one[0][:LONGEST] if one else "" for one in (change.old, change.new))
    was, now = ({place: text[place - 1 : place] or "0" for place in range(1, LONGEST)} for text in (old, new))
    if now[ANONYMOUS] == "2" != was[ANONYMOUS]:
        yield "medium", "Who did not sign in may search the directory (fLDAPBlockAnonOps is 2)"
    if now[ADDRESS_BOOK] != "0" == was[ADDRESS_BOOK]:
        yield "low", "Who did not sign in may read address books (fAllowAnonNSPI is not 0)"
    left = _digit(now[EXCLUDED]) & ~_digit(was[EXCLUDED])
    if left:
        names = ", ".join(name for bit, name in GROUPS.items() if left & bit)
        yield "medium", f"AdminSDHolder no longer guards {names}: permissions over their members last (dwAdminSDExMask)"
    if _digit(now[NAMES]) & ~_digit(was[NAMES]):
        yield "low", "Two accounts may have one user principal name or service name (DoNotVerifyUPNAndOrSPNUniqueness)"
    guards = ((ADDING, "who makes a computer may write any attribute"), (OWNING, "owners may change permissions"))
    for place, words in guards:
        if (now[place] == "2" != was[place]) or (was[place] == "1" != now[place]):
            yield "low", f"A guard for computers' accounts is off: {words} (character {place}, CVE-2021-42291)"
    if now[SEALED] != "0" == was[SEALED]:
        yield "low", "Confidential attributes are given over connections that nobody encrypts (character 31)"


def _digit(text: str) -> int:
    return int(text, 16) if text in "0123456789abcdefABCDEF" else 0


DETECTOR = Detector(
    id="directory_settings",
    external_id=3066,
    title="A protection of the directory service was switched off",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1562", "T1222.001"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(5136,),
    detect=detect,
)
