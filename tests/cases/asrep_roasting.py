"""More cases of sign-in replies that are asked for to guess passwords from: by a command."""

from tests.engine.detectors.logs_commands import only_said, told_by_commands

COMMAND, SCRIPT = "asreproast /format:hashcat", "Invoke-ASREPRoast -Verbose"
FIRES = told_by_commands(COMMAND, SCRIPT)
QUIET = only_said(COMMAND, SCRIPT, "Invoke-ASREPRoast")
