"""The Windows installer as far as it can be read without Windows: its script, what it names, icons, version resources."""

import ast
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from installer import pictures
from installer.windows import version

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "installer" / "windows"
SCRIPT = HERE / "wardlight.iss"
PARAMETERS = {
    "Languages": "Name MessagesFile",
    "Types": "Name Description Flags",
    "Components": "Name Description Types Flags Check",
    "Tasks": "Name Description Flags",
    "InstallDelete": "Type Name",
    "Files": "Source DestDir Components Flags",
    "Dirs": "Name Components Flags",
    "Icons": "Name Filename WorkingDir Tasks",
    "Registry": "Root Subkey ValueType ValueName ValueData Tasks Flags",
    "Run": "Filename Parameters Description Components Check Flags",
    "UninstallRun": "Filename Parameters Components Flags RunOnceId",
}
"""Sections of entries to the parameters that they may have, of those that Inno Setup 6 knows."""
FLAGS = {
    "iscustom", "fixed", "unchecked", "ignoreversion", "recursesubdirs", "createallsubdirs", "uninsneveruninstall", "runhidden",
    "uninsdeletevalue", "uninsdeletekey", "waituntilterminated", "nowait", "postinstall", "skipifsilent",
}  # fmt: skip
CONSTANTS = {"app", "autopf", "commonappdata", "autoprograms", "autodesktop", "userdocs", "sys", "cmd"}


def entries() -> dict[str, list[str]]:
    """Section to its lines, without comments and lines of the preprocessor."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in SCRIPT.read_text(encoding="utf-8").splitlines():
        if head := re.fullmatch(r"\[(\w+)\]", line):
            section = head[1]
            assert section not in found
            found[section] = []
        elif section == "Code" or (line.strip() and not line.lstrip().startswith((";", "#"))):
            found[section].append(line)
    return found


def parameters(line: str) -> dict[str, str]:
    """Name: value pairs of one line, quotes taken away."""
    found, at = {}, 0
    pattern = re.compile(r'\s*(\w+): ("(?:[^"]|"")*"|[^;"]*)(?:;|$)')
    while at < len(line):
        one = pattern.match(line, at)
        assert one is not None, f"not understood: {line[at:]}"
        value = one[2].strip()
        found[one[1]] = value[1:-1].replace('""', '"') if value.startswith('"') else value
        at = one.end()
    return found


ROWS = [(section, parameters(line)) for section, lines in entries().items() if section in PARAMETERS for line in lines]


def test_every_section_and_parameter_is_one_that_inno_setup_knows() -> None:
    assert set(entries()) == {*PARAMETERS, "Setup", "CustomMessages", "Code"}
    for section, row in ROWS:
        assert set(row) <= set(PARAMETERS[section].split()), row
        assert set(row.get("Flags", "").split()) <= FLAGS, row
        for value in row.values():
            names = re.findall(r"(?<!\{)\{(\w+)(?=[},])", value)
            assert set(names) <= CONSTANTS | {"cm"}, row


def test_components_tasks_types_and_checks_are_there() -> None:
    named = {section: {row["Name"] for where, row in ROWS if where == section} for section in ("Components", "Tasks", "Types")}
    code = "\n".join(entries()["Code"])
    for _, row in ROWS:
        assert set(row.get("Components", "").split()) <= named["Components"]
        assert set(row.get("Tasks", "").split()) <= named["Tasks"]
        assert set(row.get("Types", "").split()) <= named["Types"]
        check = row.get("Check", "IsAdminInstallMode")
        assert check == "IsAdminInstallMode" or f"function {check}:" in code


def test_words_are_there_in_both_languages_and_all_are_used() -> None:
    words: dict[str, set[str]] = {"en": set(), "de": set()}
    for line in entries()["CustomMessages"]:
        language, name = re.match(r"(en|de)\.(\w+)=.", line).groups()  # type: ignore[union-attr]
        words[language].add(name)
    text = SCRIPT.read_text(encoding="utf-8")
    used = set(re.findall(r"\{cm:(\w+)", text)) | set(re.findall(r"CustomMessage\('(\w+)'\)", text))
    assert words["en"] == words["de"] == used - {"CreateDesktopIcon", "LaunchProgram"}  # which Inno Setup brings
    assert text.isascii() is False and SCRIPT.read_bytes()[:3] != b"\xff\xfe"  # UTF-8 is what version 6.3 takes


def test_the_code_is_balanced_and_its_conditions_end() -> None:
    code = re.sub(r"'[^']*'|\{[^}]*\}", "", "\n".join(entries()["Code"]))
    opened = len(re.findall(r"\bbegin\b", code))
    assert opened == len(re.findall(r"\bend\b", code)) > 5
    assert code.count("(") == code.count(")")
    directives = re.findall(r"^#(ifdef|ifndef|endif|define|error)", SCRIPT.read_text(encoding="utf-8"), re.M)
    assert directives.count("endif") == directives.count("ifdef") + directives.count("ifndef")


def test_what_is_installed_is_what_is_built() -> None:
    sources = [row["Source"] for section, row in ROWS if section == "Files"]
    built = {re.match(r"\{#Frozen\}\\([\w-]+)\\\*", one)[1] for one in sources if "Frozen" in one}  # type: ignore[index]
    script = (HERE / "build.ps1").read_text(encoding="utf-8")
    assert built == {"wardlight", "wardlight-sensor", "wardlight-sensor-service"}
    for one in built:
        assert f"{one}\\{one}.exe" in script
    assert 'name="wardlight-sensor-service"' in (HERE / "service.spec").read_text(encoding="utf-8")
    assert any("LICENSE" in one for one in sources) and (ROOT / "LICENSE").is_file()


def test_uninstalling_touches_nothing_of_a_user() -> None:
    for section, row in ROWS:
        if section == "InstallDelete":
            assert row["Name"].startswith("{app}\\") and row["Name"].endswith("_internal")
        if section == "Dirs":
            assert "uninsneveruninstall" in row["Flags"]
        if section == "Registry" and "Wardlight" not in row["Subkey"] and "wardlight.exe" not in row["Subkey"]:
            assert "uninsdeletekey" not in row.get("Flags", ""), "a key of others"
    assert "UninstallDelete" not in entries()


def test_the_service_is_registered_with_its_path_in_quotes() -> None:
    made = [row["Parameters"] for section, row in ROWS if section == "Run" and "binPath=" in row.get("Parameters", "")]
    assert len(made) == 2
    for one in made:
        assert '"\\"{app}\\sensor\\service\\wardlight-sensor-service.exe\\""' in one  # a path with a space, unquoted, is a hole


def test_the_service_finds_the_sensor_beside_it() -> None:
    """What HERE.parent of the frozen service is, from where the installer puts it."""
    tree = ast.parse((HERE / "wardlight_sensor_service.py").read_text(encoding="utf-8"))
    text = ast.unparse(tree)
    assert "HERE.parent / 'wardlight-sensor.exe'" in text
    places = {
        row["Source"].split("\\")[1]: row["DestDir"] for section, row in ROWS if section == "Files" and "Frozen" in row["Source"]
    }
    assert places["wardlight-sensor-service"] == places["wardlight-sensor"] + "\\service"


def test_everything_that_the_script_names_is_there() -> None:
    script = (HERE / "build.ps1").read_text(encoding="utf-8")
    for one in re.findall(r'"(installer\\[\w\\.-]+)"', script):
        assert (ROOT / one.replace("\\", "/")).exists(), one
    for one in re.findall(r'"-m", "(installer[\w.]+)"', script):
        assert (ROOT / f"{one.replace('.', '/')}.py").is_file(), one
    for opened, closed in ("()", "{}", "[]"):
        bare = re.sub(r'"[^"\n]*"|#.*', "", script)
        assert bare.count(opened) == bare.count(closed)


@pytest.mark.parametrize("name", sorted(version.ABOUT))
def test_the_version_resource_is_one_that_the_tool_reads(name: str) -> None:
    made: list[Any] = []

    def keep(kind: str) -> Any:
        def one(*words: Any, **named: Any) -> tuple[str, Any, Any]:
            made.append((kind, words, named))
            return kind, words, named

        return one

    kinds = ("VSVersionInfo", "FixedFileInfo", "StringFileInfo", "StringTable", "StringStruct", "VarFileInfo", "VarStruct")
    eval(version.resource(name, "1.2.3"), {one: keep(one) for one in kinds})  # how PyInstaller reads it, too
    fixed = next(named for kind, _, named in made if kind == "FixedFileInfo")
    assert fixed["filevers"] == fixed["prodvers"] == (1, 2, 3, 0)
    strings = dict(words for kind, words, _ in made if kind == "StringStruct")
    assert strings["FileVersion"] == "1.2.3" and strings["OriginalFilename"] == f"{name}.exe"
    assert version.resource(name).count(__version__) == 2


def test_the_icon_of_windows_holds_every_size() -> None:
    data = pictures.ico()
    kind, number = struct.unpack_from("<2xHH", data)
    assert (kind, number) == (1, len(pictures.ICO))
    for place, size in enumerate(pictures.ICO):
        width, height, _, _, planes, bits, length, at = struct.unpack_from("<BBBBHHII", data, 6 + 16 * place)
        assert (width or 256, height or 256, planes, bits) == (size, size, 1, 32)
        assert data[at : at + 8] == b"\x89PNG\r\n\x1a\n" and struct.unpack_from(">II", data, at + 16) == (size, size)
        assert at + length <= len(data)


def test_the_icon_is_read_by_another_program(tmp_path: Path) -> None:
    from PySide6.QtGui import QImageReader

    assert pictures.main([str(tmp_path / "x.ico")]) == 0 and pictures.main([str(tmp_path / "x.txt")]) == 1
    reader = QImageReader(str(tmp_path / "x.ico"))
    assert reader.imageCount() == len(pictures.ICO) and reader.read().width() > 0
