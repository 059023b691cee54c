"""More cases of DCSync: a promotion that only logs tell."""

from tests.cases.case import Cases
from tests.engine.detectors.builders import DC1, HOUR, SECOND, WS1
from tests.engine.detectors.logs import CHANGES, CHANGES_ALL, DC_TWO, checked, logon, tgt
from tests.engine.detectors.logs_commands import only_said, told_by_commands

SECOND_CONTROLLER = "192.0.2.2"
SERVES = [
    logon("DC2$", SECOND_CONTROLLER, at=HOUR, session=0x7000, package="Kerberos"),
    tgt("alice", WS1, at=HOUR + SECOND, computer=DC_TWO),
    tgt("bob", DC1, at=HOUR + 2 * SECOND, computer=DC_TWO),
]
"""The new controller signs in, and signs others in."""

FIRES: Cases = {
    "an administrator's workstation beside a controller": [
        logon("alice", WS1), checked("alice", CHANGES, CHANGES_ALL, at=SECOND), *SERVES,
    ],
}  # fmt: skip

QUIET: Cases = {
    "an administrator promotes a controller": [
        logon("alice", SECOND_CONTROLLER), checked("alice", CHANGES, CHANGES_ALL, at=SECOND), *SERVES,
    ],
}  # fmt: skip

COMMAND = '"lsadump::dcsync /user:krbtgt"'
SCRIPT = "Get-ADReplAccount -All -Server dc1"
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Get-ADReplAccount")
