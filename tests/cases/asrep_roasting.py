"""More cases of sign-in replies that are asked for to guess passwords from: by a command."""

from tests.cases.case import Case
from tests.engine.detectors.builders import SECOND, as_req
from tests.engine.detectors.cases import PREAUTH, bare
from tests.engine.detectors.logs_commands import only_said, told_by_commands

COMMAND, SCRIPT = "asreproast /format:hashcat", "Invoke-ASREPRoast -Verbose"
FIRES = told_by_commands(COMMAND, SCRIPT) | {
    "a kiosk behind an address from where others sign in after it": Case(
        [
            bare("kiosk", 0, etypes=(18, 17, 23)),
            *(
                one
                for person in range(1, 12)
                for one in (
                    bare(f"user{person}", 2 * person * SECOND, code=PREAUTH, etypes=(18, 17, 23)),
                    as_req(f"user{person}", at=(2 * person + 1) * SECOND),
                )
            ),
        ],
        severity="low",
    ),
    "an account that answers, and others after it that do not": Case(
        [
            bare("kiosk", 0, etypes=(18, 17, 23)),
            *(bare(f"user{one}", one * SECOND, code=PREAUTH, etypes=(18, 17, 23)) for one in range(1, 6)),
        ],
        severity="high",
    ),
}
QUIET = only_said(COMMAND, SCRIPT, "Invoke-ASREPRoast")
