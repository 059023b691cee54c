"""Which technique a command shows: the same for command lines and for PowerShell."""

import time
from base64 import b64encode

import pytest

from app.engine.readings.attacks import of_command, of_pipeline, of_script, store_of
from app.model.commands import FUNCTIONS, NAMED, READ, concerns, opened

POWERSHELL = "powershell.exe"


def techniques(command: str, program: str = "x.exe") -> set[str]:
    return {one.technique for one in of_command(program, command)}


def of_block(text: str) -> set[str]:
    return {one.technique for one in of_script(text, 1, 1)}


@pytest.mark.parametrize(
    ("command", "technique"),
    [
        ('m.exe "lsadump::dcsync /user:krbtgt" exit', "dcsync"),
        ('m.exe "lsadump::backupkeys /system:dc1"', "dpapi_backup_key"),
        ('m.exe "kerberos::golden /user:a /domain:b.c /sid:S-1 /krbtgt:0 /ptt"', "golden_ticket_anomaly"),
        ('m.exe "kerberos::golden /user:a /domain:b.c /sid:S-1 /rc4:0 /target:f /service:cifs"', "silver_ticket"),
        ('m.exe "sekurlsa::pth /user:a /ntlm:0"', "overpass_the_hash"),
        ('m.exe "sekurlsa::logonpasswords"', "credential_copy"),
        ('m.exe "misc::skeleton"', "skeleton_key"),
        ('m.exe "misc::memssp"', "lsa_registration"),
        ('m.exe "lsadump::dcshadow /push"', "dcshadow"),
        ('m.exe "sid::patch"', "sid_history"),
        ("r.exe asktgt /user:a /rc4:81d310fa34e6a56a31145445891bb7b8", "overpass_the_hash"),
        ("r.exe kerberoast /outfile:x", "kerberoasting"),
        ("Rubeus.exe asreproast", "asrep_roasting"),
        ("r.exe golden /aes256:0 /user:a", "golden_ticket_anomaly"),
        ("r.exe ptt /ticket:doI", "pass_the_ticket"),
        ("SharpHound.exe -c All", "ldap_reconnaissance"),
    ],
)
def test_command_lines_of_tools(command: str, technique: str) -> None:
    assert techniques(command) == {technique}


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ('findstr /i "sekurlsa::logonpasswords" a.log', "findstr.exe"),
        ("cmd /c type a.log | findstr lsadump::dcsync", "cmd.exe"),
        ("powershell Get-Help Invoke-Mimikatz", POWERSHELL),
        ("powershell -c \"Select-String 'Invoke-Kerberoast' *.ps1\"", POWERSHELL),
        ("powershell -file C:\\t\\Invoke-Mimikatz.ps1", POWERSHELL),
        ("notepad Invoke-Mimikatz.ps1", "notepad.exe"),
        ("app.exe --mode golden --gate 1", "app.exe"),
        ("browser.exe --app diamond https://help.example.org/ticket/7", "browser.exe"),
        ("git log --grep sekurlsa::pth", "git.exe"),
        ("backup.exe dump database /service", "backup.exe"),
        ("reg query HKLM\\SYSTEM\\CurrentControlSet", "reg.exe"),
        ("powershell Get-NetAdapter; Get-ADUser -Filter *; Get-DomainController", POWERSHELL),
        ("tool.exe Get-DomainUser", "tool.exe"),
    ],
)
def test_command_lines_that_only_look_or_are_others(command: str, program: str) -> None:
    assert techniques(command, program) == set()


def test_what_powershell_is_given_in_base64_is_read() -> None:
    inner = b64encode("Invoke-BloodHound -CollectionMethod All".encode("utf-16-le")).decode()

    assert techniques(f"powershell -nop -EncodedCommand {inner}", POWERSHELL) == {"ldap_reconnaissance"}
    assert opened("powershell -enc " + "A" * 41) == "powershell\n" + "\0" * 15
    assert opened("powershell -enc !!") == "powershell -enc !!"


@pytest.mark.parametrize("name", [name for names in FUNCTIONS.values() for name in names])
def test_every_function_is_found_where_it_is_called_and_is_worth_a_look(name: str) -> None:
    (technique,) = (one for one, names in FUNCTIONS.items() if name in names)

    assert concerns(name) and NAMED.search(name)
    assert of_block(f"Import-Module x; {name.lower()} -Server dc1") == {technique}
    assert of_block(f"$a = ({name} | select x)") == {technique}
    assert of_block(f"function {name} {{ 1 }}") == set()
    assert of_block(f"Get-Help {name}") == set()
    assert {one.technique for one in of_pipeline(f'CommandInvocation({name}): "{name}"')} == {technique}


@pytest.mark.parametrize(
    "text",
    [
        "function Invoke-Kerberoast {\n<#\n.EXAMPLE\nInvoke-Kerberoast\n#>\n Get-DomainUser -SPN\n}",
        "Set-Alias Get-NetUser Get-DomainUser",
        "$iocs = @('lsadump::dcsync', 'Invoke-BloodHound')\nif ($t -match 'Invoke-Kerberoast') { Write-Host 'found sekurlsa::' }",
        "@{ Get-NetUser = 1 }",
        "Export-ModuleMember Invoke-Kerberoast",
        "Write-Host Invoke-Mimikatz",
        "# Invoke-Mimikatz\nGet-Date",
        "Get-Content C:\\Windows\\NTDS\\readme.txt",
        "if (Test-Path C:\\Windows\\NTDS\\ntds.dit) { 'a controller' }",
    ],
)
def test_scripts_that_define_explain_or_look_for_tools(text: str) -> None:
    assert of_block(text) == set()


def test_scripts_that_run_programs_and_modules() -> None:
    assert of_block("& 'C:\\t\\m.exe' 'privilege::debug' 'sekurlsa::logonpasswords' exit") == {"credential_copy"}
    assert of_block("Invoke-Mimikatz -Command '\"lsadump::dcsync /user:krbtgt\"'") == {"dcsync"}
    assert of_block("Invoke-Mimikatz -DumpCerts") == set()
    assert of_block("[Rubeus.Program]::Main('kerberoast'.Split())") == {"kerberoasting"}
    assert of_block("ntdsutil.exe 'ac i ntds' 'ifm' 'create full c:\\t' q q") == {"credential_copy"}


def test_names_among_parameters_are_no_calls_and_the_prompt_of_mimikatz_is_one() -> None:
    shown = 'CommandInvocation(Select-String): "sls"\nParameterBinding(Select-String): name="Pattern"; value="Invoke-Mimikatz"'
    printed = 'ParameterBinding(Write-Output): name="InputObject"; value="\nmimikatz(powershell) # lsadump::backupkeys\n'

    assert of_pipeline(shown) == ()
    assert [one.technique for one in of_pipeline(printed)] == ["dpapi_backup_key"]


def test_what_is_given_to_invoke_expression_is_run() -> None:
    line = 'CommandInvocation(Invoke-Expression): "iex"\nParameterBinding(Invoke-Expression): name="Command"; value="{}"'

    assert [one.technique for one in of_pipeline(line.format("C:\\t\\r.exe asktgt /user:a /rc4:00"))] == ["overpass_the_hash"]
    assert of_pipeline(line.format("'sekurlsa::pth' | Set-Content a")) == ()


def test_media_for_a_read_only_controller_hold_no_secrets() -> None:
    assert store_of("ntdsutil.exe", 'ac i ntds "ifm" "create rodc c:\\x"') == ("", "")
    assert store_of("ntdsutil.exe", 'ac i ntds "ifm" "create full c:\\x"')[0] == "the database of the directory"


@pytest.mark.parametrize(
    "piece",
    ["sekurlsa:: ", "golden /", "kerberos::golden ", "CommandInvocation(", "procdump ", "Get-NetUser|", "\\", "ntds.dit "],
)
def test_long_texts_take_no_long_time(piece: str) -> None:
    text, began = piece * (2 * READ // len(piece)), time.monotonic()
    concerns(text)
    of_script(text, 1, 1)
    of_pipeline(text)
    of_command(POWERSHELL, text)

    assert time.monotonic() - began < 8
