"""Delegated managed service accounts: successions written by hand, and ordinary ones."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, controller
from tests.engine.detectors.builders_changes import (
    BASE,
    added,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DOMAIN

LINK, STATE = "msDS-ManagedAccountPrecededByLink", "msDS-DelegatedMSAState"
CLASS = ("top", "computer", "msDS-DelegatedManagedServiceAccount")
NEW = dn("evil", "OU=Projects")
FIRES = {
    "in the log, of an account that nobody knows": written(
        NEW, LINK, dn("svc_web"), kind="msDS-DelegatedManagedServiceAccount"
    ),
    "successor of an administrator": Case([*administrators("boss"), modify(NEW, LINK, f"CN=boss,{BASE}")], severity="high"),
    "in the log": Case(
        [*administrators("boss"), *written(NEW, LINK, f"CN=boss,{BASE}", kind="msDS-DelegatedManagedServiceAccount")],
        severity="high",
    ),
    "made, linked and declared": Case(
        [*administrators("boss"), added(NEW, objectClass=CLASS[::-1], sAMAccountName="evil$"),
         modify(NEW, LINK, f"CN=boss,{BASE}", at=1), modify(NEW, STATE, "2", at=2)],
        severity="high",
    ),
    "a migration by an administrator": Case(
        [*administrators("boss"), modify(NEW, LINK, dn("svc_web"), user="boss")], severity="medium"
    ),
    "found later": Case(
        [*administrators("boss"), synchronised(NEW, LINK, (f"CN=boss,{BASE}",), kind="msDS-DelegatedManagedServiceAccount")],
        severity="high",
    ),
    "linked and declared done, found later": Case(
        [*administrators("boss"), *differed(
            entry_of("evil$", CLASS[-1], dn=NEW),
            facts={"msDS-ManagedAccountPrecededByLink": f"CN=boss,{BASE}", "msDS-DelegatedMSAState": "2"},
        )],
        severity="high",
    ),
}  # fmt: skip
QUIET = {
    "a migration taken back in the log": written(NEW, LINK, "", dn("svc_web"), kind="msDS-DelegatedManagedServiceAccount"),
    "no migration in the log": written(NEW, STATE, "0", kind="msDS-DelegatedManagedServiceAccount"),
    "its description in the log": written(NEW, "description", "x", kind="msDS-DelegatedManagedServiceAccount"),
    "made by an administrator": [
        *administrators("boss"),
        added(NEW, "boss", objectClass=("msDS-DelegatedManagedServiceAccount",), sAMAccountName="app$"),
    ],
    "a group managed account": [added(NEW, objectClass=("msDS-GroupManagedServiceAccount",), sAMAccountName="app$")],
    "a migration taken back": [modify(NEW, LINK)],
    "no migration": [modify(NEW, STATE, "0")],
    "a computer": [controller(DC1), added(NEW, objectClass=("top", "computer"), sAMAccountName="evil$")],
    "an account of another kind, and its description": [
        added(
            NEW,
            objectClass=("top", "computer", "msDS-GroupManagedServiceAccount"),
            sAMAccountName="app$",
            msDS_DelegatedMSAState="0",
        ),
        modify(NEW, "description", LINK),
    ],
    "a migration taken back, found later": differed(
        entry_of("app$", CLASS[-1], facts={"msDS-ManagedAccountPrecededByLink": dn("svc_web"), "msDS-DelegatedMSAState": "2"}),
        facts={},
    ),
    "no migration, found later": differed(entry_of("app$", CLASS[-1]), facts={"msDS-DelegatedMSAState": "0"}),
    "who may read its password, found later": differed(
        entry_of("app$", CLASS[-1]), facts={"msDS-GroupMSAMembership": f"{DOMAIN}-1300"}
    ),
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False), Real("lab/captures/machine_account_creation.pcap", fires=False))
