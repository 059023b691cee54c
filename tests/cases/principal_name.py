"""Cases of sign-in names that belong to somebody else."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import account_event, added, differed, dn, entry_of, modify, written

FIRES = {
    "the administrator's, without a domain": Case(
        [account_event(4738, "bob", UserPrincipalName="administrator")], severity="high"
    ),
    "the administrator's": Case([*written(dn("bob"), "userPrincipalName", "Administrator@example.org")], severity="high"),
    "a computer's, over LDAP": Case([modify(dn("bob"), "userPrincipalName", "dc1$@example.org")], severity="medium"),
    "one without a domain": Case([modify(dn("bob"), "userPrincipalName", "carol")], severity="medium"),
    "the administrator's, found later": Case(
        differed(entry_of("bob", upn="bob@example.org"), upn="administrator@example.org"), severity="high"
    ),
    "a computer's, found later": Case(
        differed(entry_of("bob", upn="bob@example.org"), upn="dc1$@example.org"), severity="medium"
    ),
}
QUIET = {
    "its own": [
        account_event(4738, "bob", UserPrincipalName="bob@example.org"),
        account_event(4720, "dora", UserPrincipalName="dora"),
    ],
    "a new surname": [modify(dn("bob"), "userPrincipalName", "bob.miller@example.org")],
    "the administrator's own": [account_event(4738, "Administrator", UserPrincipalName="administrator@example.org")],
    "something else": [account_event(4738, "bob", UserPrincipalName="-", DisplayName="administrator")],
    "its own, over LDAP": [
        modify(dn("bob"), "userPrincipalName", "bob@example.org"),
        modify(dn("bob"), "userPrincipalName", "bob", at=1),
    ],
    "taken away, over LDAP": [modify(dn("bob"), "userPrincipalName", "administrator@example.org", deed="delete")],
    "of a user that is made, over LDAP": [
        added(dn("dora"), objectClass="user", sAMAccountName="dora", userPrincipalName="dora.miller@example.org"),
    ],
    "a new surname, found later": differed(entry_of("bob", upn="bob@example.org"), upn="bob.miller@example.org"),
    "another suffix, found later": differed(entry_of("bob", upn="bob@example.org"), upn="bob@example.com"),
    "taken away, found later": differed(entry_of("bob", upn="administrator"), upn=None),
}
REAL = (
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
