"""DNS names of controllers and of other computers on accounts that are not theirs."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, controller
from tests.engine.detectors.builders_changes import account_event, added, differed, dn, entry_of, modify, synchronised, written
from tests.engine.detectors.logs import CLIENT, DC, known, tgt

NEW = dn("NEW1", "CN=Computers")
CONTROLLER = [controller(DC1), tgt("bob", at=-1)]
FIRES = {
    "a controller's over LDAP": Case([*CONTROLLER, modify(NEW, "dNSHostName", DC)], severity="high"),
    "a controller's in the log": Case([*CONTROLLER, account_event(4742, "NEW1$", DnsHostName=DC)], severity="high"),
    "at once with the account": Case(
        [*CONTROLLER, added(NEW, objectClass="computer", sAMAccountName="NEW1$", dNSHostName=DC)], severity="high"
    ),
    "in 5136": Case([*CONTROLLER, *written(NEW, "dNSHostName", DC, "new1.example.org", kind="computer")], severity="high"),
    "refused": Case([*CONTROLLER, modify(NEW, "dNSHostName", DC, code=19)], severity="medium"),
    "another computer's": Case(
        [known("WS1$", "computer", dns_name=CLIENT), modify(NEW, "dNSHostName", CLIENT)], severity="medium"
    ),
    "a controller's, found later": Case(
        [*CONTROLLER, *differed(entry_of("NEW1$", "computer", dn=NEW, dns_name="new1.example.org"), dns_name=DC)], severity="high"
    ),
    "a controller's, where there was none, found later": Case(
        [*CONTROLLER, *differed(entry_of("NEW1$", "computer", dn=NEW), dns_name=DC)], severity="high"
    ),
}  # fmt: skip
QUIET = {
    "its own": [*CONTROLLER, modify(NEW, "dNSHostName", "new1.example.org")],
    "a new name that nobody has": [*CONTROLLER, modify(NEW, "dNSHostName", "laptop7.example.org")],
    "the controller's own": [*CONTROLLER, account_event(4742, "DC1$", "DC1$", DnsHostName=DC)],
    "the same as before": [*CONTROLLER, synchronised(NEW, "dNSHostName", (DC,), (DC,), kind="computer")],
    "its own in the log, in another zone (4742)": [
        tgt("bob"),
        account_event(4742, "NEW1$", DnsHostName="new1.branch.example.org"),
    ],
    "a long name that the account's cuts (4742)": [
        tgt("bob"),
        account_event(4742, "ACCOUNTING-SERV$", DnsHostName="accounting-server7.example.org"),
        account_event(4742, "ACCOUNTING-SER$", DnsHostName="accounting-server7.example.org", at=1),
    ],
    "a new name that nobody has (5136)": [
        tgt("bob"),
        *written(NEW, "dNSHostName", "laptop7.example.org", "new1.example.org", kind="computer"),
    ],
    "a change that leaves the name alone (4742)": [
        tgt("bob"),
        account_event(4742, "NEW1$", DnsHostName="%%1793"),
        account_event(4742, "NEW1$", DnsHostName="-", at=1),
        account_event(4742, "NEW1$", DnsHostName="<value not set>", at=2),
    ],
    "a long name that the account's cuts, over LDAP": [
        *CONTROLLER[:1],
        modify(dn("ACCOUNTING-SERV", "CN=Computers"), "dNSHostName", "accounting-server7.example.org"),
    ],
    "its own over LDAP, in another zone": [*CONTROLLER[:1], modify(NEW, "dNSHostName", "new1.branch.example.org")],
    "its own at once with the account, over LDAP": [
        *CONTROLLER[:1],
        added(NEW, objectClass="computer", sAMAccountName="NEW1$", dNSHostName="new1.example.org"),
    ],
    "a name taken away, over LDAP": [*CONTROLLER[:1], modify(NEW, "dNSHostName", DC, deed="delete")],
    "its own in another zone, found later": [
        *CONTROLLER,
        *differed(entry_of("NEW1$", "computer", dn=NEW, dns_name="new1.example.org"), dns_name="new1.branch.example.org"),
    ],
    "a new name that nobody has, found later": [
        *CONTROLLER,
        *differed(entry_of("NEW1$", "computer", dn=NEW, dns_name="new1.example.org"), dns_name="laptop7.example.org"),
    ],
    "taken away, found later": [*CONTROLLER, *differed(entry_of("NEW1$", "computer", dn=NEW, dns_name=DC), dns_name=None)],
}
REAL = (
    Real("corpus/evtx/sb_PE_persistence_security_dcshadow_4742.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
