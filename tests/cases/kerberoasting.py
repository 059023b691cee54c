"""More cases of service tickets that are asked for to guess passwords from: by a command."""

from tests.cases.case import Case, Real
from tests.engine.detectors.logs_commands import invoked, only_said, told_by_commands

COMMAND, SCRIPT = "kerberoast /outfile:a.txt", "Invoke-Kerberoast -OutputFormat Hashcat | Format-List"
FIRES = told_by_commands(COMMAND, SCRIPT)
FIRES |= {"the command with its parameters": Case([invoked("Invoke-Kerberoast", "OutputFormat", "Hashcat")], severity="medium")}
QUIET = only_said(COMMAND, SCRIPT, "Invoke-Kerberoast")
REAL = (Real("corpus/json/otrf_empire_kerberoast.tar.gz"),)
