"""Cases of programs that speak Kerberos themselves."""

from app.model.activity import Activity
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SECOND, WS1, controller
from tests.engine.detectors.logs import DC, logon, tgt, ticket
from tests.engine.detectors.logs_remoting import connection, permitted

TOOL = r"C:\Users\alice\Downloads\a.exe"
ON_VOLUME = r"\device\harddiskvolume3\users\alice\downloads\a.exe"
JAVA, PYTHON = r"C:\Program Files\Java\jre8\bin\java.exe", r"C:\Program Files\Python312\python.exe"
SVCHOST = r"\device\harddiskvolume3\windows\system32\svchost.exe"
NOT_TOLD = "<unknown process>"
KDC = [controller(DC1)]
DAY = 24 * HOUR


def others(program: str, count: int, at: int = 0) -> list[Activity]:
    """The same program on as many computers."""
    return [
        connection(program, at=at + one * SECOND, source=f"192.0.2.{100 + one}", computer=f"app{one}.example.org")
        for one in range(count)
    ]


def from_port(port: int, at: int = 0, source: str = WS1, status: int = 0) -> Activity:
    """4768 whose client asked from this port."""
    return tgt("bob", source, at=at, status=status, IpPort=str(port))


FIRES = {
    "a tool, told by Sysmon": Case([*KDC, connection(TOOL)], severity="medium", external_id=3069),
    "a tool, told by the filtering platform": Case([*KDC, permitted(ON_VOLUME)], severity="medium"),
    "a tool, told by both": Case([*KDC, permitted(ON_VOLUME), connection(TOOL, at=2 * SECOND)], severity="medium"),
    "a tool at the port for passwords": Case([*KDC, connection(TOOL, port=464)], severity="medium"),
    "an interpreter that was installed": Case([*KDC, connection(PYTHON)], severity="medium"),
    "PowerShell": Case(
        [*KDC, connection(r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe")], severity="medium"
    ),
    "a program called like LSA's": Case([*KDC, connection(r"C:\Users\Public\system32\lsass.exe")], severity="medium"),
    "the file of another name in LSA's folder": Case([*KDC, connection(r"C:\Windows\System32\lsasss.exe")], severity="medium"),
    "a controller that only its log tells, with the request": Case(
        [permitted(ON_VOLUME), from_port(50100, at=SECOND)], severity="medium"
    ),
    "the request told before the connection": Case([from_port(50100), connection(TOOL, at=2 * SECOND)], severity="medium"),
    "a request that was refused": Case([permitted(ON_VOLUME), from_port(50100, at=SECOND, status=0x18)], severity="medium"),
    "a ticket asked for over it": Case(
        [permitted(ON_VOLUME), ticket("svc_sql", at=SECOND, IpPort="50100")], severity="medium"
    ),
    "many connections of one tool": Case(
        [*KDC, *(connection(TOOL, at=one * MINUTE, own_port=50100 + one) for one in range(40))], severity="medium"
    ),
    "an installed program": Case([*KDC, connection(JAVA)], severity="low"),
    "a process that was over": Case([*KDC, connection(NOT_TOLD)], severity="low"),
    "as forwarders write it": Case([*KDC, connection("&lt;unknown process&gt;", user="-")], severity="low"),
    "the proxy of KDCs": Case([*KDC, permitted(SVCHOST)], severity="low"),
    "translated addresses": Case([*KDC, permitted("System")], severity="low"),
    "an address of which nothing is known": Case([connection(TOOL, target="10.9.9.9")], severity="low"),
    "a controller asks itself": Case([*KDC, connection(TOOL, source=DC1, computer=DC)], severity="low"),
    "a request from another port": Case(
        [permitted(ON_VOLUME, target="10.9.9.9"), from_port(50999, at=SECOND)], severity="low"
    ),
    "an installed program, all day and on many days": Case(
        [*KDC, *(connection(JAVA, at=one * 5 * MINUTE) for one in range(400))], severity="low"
    ),
}  # fmt: skip
QUIET = {
    "LSA": [*KDC, logon("alice")],
    "an address of the Internet": [connection(TOOL, target="8.8.4.4"), permitted(ON_VOLUME, target="8.8.8.8")],
    "a computer that is no controller, to itself": [
        connection(TOOL, target=WS1), connection(TOOL, target="127.0.0.1", at=1), permitted(ON_VOLUME, target="::1", at=2),
    ],
    "requests alone": [*KDC, from_port(50100), from_port(50101, at=SECOND), ticket("svc_sql", at=2 * SECOND)],
}  # fmt: skip
QUIET_WHEN_NEW_IS_NOT_TOLD = {
    "an installed program": Case([*KDC, connection(JAVA)], tuning=LOW),
    "a process that was over": Case([*KDC, connection(NOT_TOLD)], tuning=LOW),
    "an address of which nothing is known": Case([permitted(ON_VOLUME, target="10.9.9.9")], tuning=LOW),
}
QUIET |= QUIET_WHEN_NEW_IS_NOT_TOLD
REAL = (
    Real("corpus/json/otrf_empire_shell_rubeus_asktgt_createnetonly.zip", severity="medium"),
    Real("corpus/evtx/sb_C2_DE_RDP_Tunnel_5156.evtx", fires=False),
    Real("corpus/evtx/pe_issue_43.evtx", fires=False),
    Real("corpus/json/otrf_covenant_dcsync_dcerpc_drsuapi_DsGetNCChanges.zip", fires=False),
    Real("corpus/json/otrf_covenant_psremoting_command.zip", fires=False),
)
