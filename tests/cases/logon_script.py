"""Scripts written into accounts by those who should not, and by those whose work it is."""

from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import MINUTE
from tests.engine.detectors.builders_changes import (
    BASE,
    account_event,
    added,
    administrators,
    differed,
    dn,
    entry_of,
    modify,
    written,
)

ATTRIBUTE, PROGRAM = "scriptPath", "msTSInitialProgram"
BOSS = f"CN=boss,{BASE}"
ELSEWHERE = r"\\10.9.8.7\share\run.bat"

FIRES = {
    "an administrator's over LDAP": Case([*administrators("boss"), modify(BOSS, ATTRIBUTE, "run.bat")], severity="medium"),
    "a share by its address, over LDAP": Case([modify(dn("dora"), ATTRIBUTE, ELSEWHERE)], severity="medium", external_id=3068),
    "a program of remote desktops, over LDAP": Case([modify(dn("dora"), PROGRAM, r"C:\temp\a.exe")], severity="low"),
    "an administrator's (5136)": Case([*administrators("boss"), *written(BOSS, ATTRIBUTE, "run.bat")], severity="medium"),
    "an administrator's by another (5136)": Case(
        [*administrators("boss", "chief"), *written(BOSS, ATTRIBUTE, "run.bat", user="chief")], severity="low"
    ),
    "a share by its address (4738)": Case([account_event(4738, "dora", ScriptPath=ELSEWHERE)], severity="medium"),
    "the first one that somebody writes (4738)": Case([account_event(4738, "dora", ScriptPath="login.bat")], severity="low"),
    "an administrator's, by its number (4738)": Case(
        [account_event(4738, "chef", rid=500, ScriptPath="a.bat")], severity="medium"
    ),
    "an administrator's, found later": Case(
        [*administrators("boss"), *differed(entry_of("boss", dn=BOSS), facts={ATTRIBUTE: "run.bat"})], severity="low"
    ),
    "a share by its address, found later": Case(differed(entry_of("dora"), facts={ATTRIBUTE: ELSEWHERE}), severity="low"),
}
FIRES |= {
    "a home directory on a share by its address, over LDAP": Case(
        [modify(dn("dora"), "homeDirectory", r"\\10.9.8.7\home")], severity="medium"
    ),
    "a profile over WebDAV (5136)": Case(written(dn("dora"), "profilePath", r"\\files.example.net@SSL\p"), severity="medium"),
    "a profile on a share by its address (4738)": Case(
        [account_event(4738, "dora", ProfilePath=r"\\10.9.8.7\p\dora")], severity="medium"
    ),
}
NEW = f"CN=dora,OU=Staff,{BASE}"
QUIET = {
    "by an administrator, over LDAP": [*administrators("boss"), modify(dn("dora"), ATTRIBUTE, "login.bat", user="boss")],
    "in the hour when the account is made, over LDAP": [
        added(NEW, objectClass="user", sAMAccountName="dora", scriptPath="login.bat"),
        modify(NEW, ATTRIBUTE, "login2.bat", at=MINUTE),
    ],
    "taken away, over LDAP": [modify(dn("dora"), ATTRIBUTE, deed="delete"), modify(dn("dora"), ATTRIBUTE)],
    "its own, over LDAP": [modify(dn("alice"), ATTRIBUTE, "login.bat")],
    "in the hour when the account is made (4720, 4738)": [
        account_event(4720, "dora", ScriptPath="login.bat"),
        account_event(4738, "dora", ScriptPath="login.bat", at=MINUTE),
    ],
    "another field (4738)": [account_event(4738, "dora", ScriptPath="-", DisplayName="Dora"), account_event(4738, "dora")],
    "taken away (4738, 5136)": [
        account_event(4738, "dora", ScriptPath="%%1793"),
        *written(dn("dora"), ATTRIBUTE, "", "login.bat"),
    ],
    "by an administrator (5136)": [*administrators("boss"), *written(dn("dora"), ATTRIBUTE, "login.bat", user="boss")],
    "where what is only new is not told (4738)": Case([account_event(4738, "dora", ScriptPath="login.bat")], tuning=LOW),
    "an ordinary one, found later": differed(entry_of("dora"), facts={ATTRIBUTE: "login.bat"}),
    "taken off an administrator, found later": [
        *administrators("boss"), *differed(entry_of("boss", dn=BOSS, facts={ATTRIBUTE: "run.bat"}), facts={}),
    ],
    "another name of one, found later": differed(entry_of("dora", facts={ATTRIBUTE: "a.bat"}), facts={ATTRIBUTE: "b.bat"}),
}  # fmt: skip
QUIET |= {
    "home directories and profiles on shares by name, over LDAP": [
        *administrators("boss"),
        modify(dn("dora"), "homeDirectory", r"\\files.example.com\home\dora"),
        modify(BOSS, "profilePath", r"\\files\profiles$\boss"),
        modify(dn("dora"), "homeDirectory", r"D:\home\dora"),
    ],
    "the same (4738, 5136)": [
        account_event(4738, "dora", HomeDirectory=r"\\files\home\dora", ProfilePath=r"\\files\profiles\dora"),
        *written(dn("dora"), "profilePath", r"\\files.example.com\p@x\dora"),
    ],
}
REAL = (Real("lab/captures/benign_workday.pcap", fires=False),)
