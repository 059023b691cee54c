"""The account of seamless single sign-on: its password, flags and permissions."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import SAMR, START, call
from tests.engine.detectors.builders_changes import (
    account_event,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    synchronised,
    written,
)
from tests.engine.detectors.logs import DOMAIN, known

ACCOUNT = dn("AZUREADSSOACC", "CN=Computers")
SID = f"{DOMAIN}-3001"
FIRES = {
    "a password by a user": Case([*administrators("boss"), account_event(4724, "AZUREADSSOACC$")], severity="high"),
    "a password over LDAP": Case([modify(ACCOUNT, "unicodePwd", "(hidden)")], severity="medium"),
    "a password over SAMR": [
        known("AZUREADSSOACC$", "computer", sid=SID),
        call(SAMR, 58, stub={"target": SID, "password": True}),
    ],
    "the monthly change": Case([*administrators("boss"), account_event(4724, "AZUREADSSOACC$", "boss")], severity="low"),
    "found later": Case([synchronised(ACCOUNT, "pwdLastSet", ("new",), ("old",), kind="computer")], severity="low"),
    "its permissions": written(ACCOUNT, "nTSecurityDescriptor", "O:BAD:", "O:DAD:", kind="computer"),
    "another password, found later": Case(
        differed(entry_of("AZUREADSSOACC$", "computer", dn=ACCOUNT, password_set=START), password_set=START + 1_000_000),
        severity="low",
    ),
}
QUIET = {
    "its description in the log": written(ACCOUNT, "description", "single sign-on", kind="computer"),
    "another computer's permissions": written(
        dn("FILES1", "CN=Computers"), "nTSecurityDescriptor", "O:BAD:", "O:DAD:", kind="computer"
    ),
    "another computer": [account_event(4724, "FILES1$")],
    "another computer over LDAP": [modify(dn("FILES1", "CN=Computers"), "unicodePwd", "(hidden)")],
    "its description": [modify(ACCOUNT, "description", "single sign-on")],
    "a user with a name near its, over LDAP": [modify(dn("AZUREADSSOACC-owner"), "unicodePwd", "(hidden)")],
    "another computer over SAMR": [
        known("FILES1$", "computer", sid=f"{DOMAIN}-3002"),
        call(SAMR, 58, stub={"target": f"{DOMAIN}-3002", "password": True}),
    ],
    "its name shown otherwise, found later": differed(
        entry_of("AZUREADSSOACC$", "computer", dn=ACCOUNT), display_name="single sign-on"
    ),
    "another computer's password, found later": differed(
        entry_of("FILES1$", "computer", password_set=START), password_set=START + 1_000_000
    ),
    "its service names, found later": differed(
        entry_of("AZUREADSSOACC$", "computer", dn=ACCOUNT), spns=("HOST/aadg.windows.net.nsatc.net",)
    ),
}
REAL = (
    Real("lab/captures/password_reset.pcap", fires=False),
    Real("corpus/evtx/sb_CA_remote_pwd_reset_rpc_mimikatz_postzerologon_target_DC.evtx", fires=False),
)
