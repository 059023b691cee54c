"""SID history: values put there by whatever way, and what is none of it."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DRSUAPI, call
from tests.engine.detectors.builders_changes import account_event, differed, dn, entry_of, modify, synchronised, touched, written
from tests.engine.detectors.logs import DOMAIN, log
from tests.engine.detectors.logs_commands import only_said, told_by_commands

OTHER = "S-1-5-21-9-8-7"


def filtered(*sids: str) -> Activity:
    """4675: a user of the other domain signed in over the trust."""
    fields = {"TargetUserSid": f"{OTHER}-1105", "TargetUserName": "eve", "TargetDomainName": "PARTNER", "TdoDirection": "3"}
    return log(4675, {**fields, "TdoAttributes": "8", "SidList": " ".join(f"%{{{one}}}" for one in sids)})


FIRES = {
    "domain administrators of another domain": Case([account_event(4765, "dora", SourceSid=f"{OTHER}-512")], severity="high"),
    "an account of the same domain": Case(
        [
            *written(dn("dora"), "sIDHistory", f"%{{{DOMAIN}-1500}}"),
            account_event(4738, "dora", at=1, SidHistory=f"{DOMAIN}-1500"),
        ],
        severity="high",
    ),
    "a migrated account": Case([account_event(4765, "dora", SourceSid=f"{OTHER}-4711")], severity="medium"),
    "the call of migrations, sealed": Case([call(DRSUAPI, 20, sealed=True)], severity="medium"),
    "refused over LDAP": Case([modify(dn("dora"), "sIDHistory", f"{OTHER}-512", deed="add", code=50)], severity="medium"),
    "found by a synchronisation": Case([synchronised(dn("dora"), "sIDHistory", (f"{OTHER}-519",))], severity="high"),
    "a trust filtered SIDs of administrators": Case([filtered(f"{DOMAIN}-519", f"{DOMAIN}-1600")], severity="medium"),
    "written, says 4662 alone": [touched("17eb4278-d167-11d0-b002-0000f80367c1", "bf967aba-0de6-11d0-a285-00aa003049e2")],
    "of a migration, found by a comparison": Case(
        differed(entry_of("dora", sid=f"{DOMAIN}-2001"), sid_history=(f"{OTHER}-4711",)), severity="medium"
    ),
}
QUIET = {
    "history taken away": [modify(dn("dora"), "sIDHistory", f"{OTHER}-512", deed="delete")],
    "a value that was there before": [synchronised(dn("dora"), "sIDHistory", (f"{OTHER}-9",), (f"{OTHER}-9", f"{OTHER}-8"))],
    "an account changed otherwise": [account_event(4738, "dora", SidHistory="-", DisplayName="Dora")],
    "a trust filtered groups of a migration": [filtered(f"{DOMAIN}-1600"), filtered(f"{OTHER}-513")],
    "a SID history could not be looked up": [account_event(4742, "dora", SidHistory="-")],
    "another call of replication": [call(DRSUAPI, 12)],
    "history taken away, in the log": written(dn("dora"), "sIDHistory", "", f"{OTHER}-512"),
    "an account changed otherwise (5136)": written(dn("dora"), "description", f"was {OTHER}-512"),
    "a change that leaves the history alone (4738)": [
        account_event(4738, "dora", SidHistory="%%1793"),
        account_event(4738, "dora", SidHistory="<value not set>", at=1),
    ],
    "another attribute with a SID, over LDAP": [modify(dn("dora"), "description", f"was {OTHER}-512")],
    "taken away, found later": differed(entry_of("dora", sid_history=(f"{OTHER}-512",)), sid_history=()),
    "one of two taken away, found later": differed(
        entry_of("dora", sid_history=(f"{OTHER}-4711", f"{OTHER}-512")), sid_history=(f"{OTHER}-4711",)
    ),
}
REAL = (
    Real("corpus/evtx/md_T1134.005_ID_4765_-_SID_history_added.evtx", external_id=1106, severity="high"),
    Real("corpus/evtx/md_T1098_ID4738-Do_not_require_Kerberos_preauthentication.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)

COMMAND = '"sid::patch"'
SCRIPT = "Add-ADDBSidHistory -SamAccountName a -SidHistory S-1-5-21-1-2-3-500"
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Add-ADDBSidHistory")
