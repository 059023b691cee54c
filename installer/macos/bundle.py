"""A frozen folder as an application of macOS: python -m installer.macos.bundle FOLDER ICON.icns OUT/Wardlight.app

Code goes to Contents/Frameworks and everything else to Contents/Resources, as signing wants it (Bundle Programming Guide, and
Technical Note 2206); a link stands in Frameworks for each file that went, so that the program finds all in one folder, which is
where its start looks for it inside an application. A folder of Frameworks whose name holds a full stop would be taken for a
bundle of its own, so it gets another name, and a link has the old one.
"""

import argparse
import os
import plistlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from app import __version__

HERE = Path(__file__).resolve().parent
MAGIC = {
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xca\xfe\xba\xbf",
}
"""How Mach-O files begin, of one architecture or several, in either order of bytes."""
FRAMEWORK = ".framework"
DOT = "__dot__"


def is_code(path: Path) -> bool:
    """Whether a file is code for the machine."""
    with path.open("rb") as file:
        return file.read(4) in MAGIC


def bundle(folder: Path, icon: Path, out: Path, version: str = __version__) -> None:
    """Make the application. Raises OSError, ValueError for a folder that is no frozen program."""
    inside = folder / "_internal"
    programs = [one for one in sorted(folder.iterdir()) if one != inside]
    if not inside.is_dir() or folder / "wardlight" not in programs:
        raise ValueError(f"{folder} holds no frozen program")
    shutil.rmtree(out, ignore_errors=True)
    code, rest = out / "Contents" / "Frameworks", out / "Contents" / "Resources"
    for one in (out / "Contents" / "MacOS", code, rest):
        one.mkdir(parents=True)
    for one in programs:
        shutil.copy2(one, out / "Contents" / "MacOS" / one.name)
    _spread(inside, code, rest, code, rest)
    shutil.copy2(icon, rest / "wardlight.icns")
    about = plistlib.loads((HERE / "Info.plist").read_bytes())
    about |= {"CFBundleShortVersionString": version, "CFBundleVersion": version}
    (out / "Contents" / "Info.plist").write_bytes(plistlib.dumps(about))
    (out / "Contents" / "PkgInfo").write_bytes(b"APPL????")


def _spread(source: Path, code: Path, rest: Path, top_code: Path, top_rest: Path) -> None:
    """One folder: its code below code, its files below rest with a link in code."""
    for one in sorted(source.iterdir()):
        if one.name.endswith(FRAMEWORK):
            shutil.copytree(one, code / one.name, symlinks=True)
        elif one.is_symlink():
            (code / one.name).symlink_to(one.readlink())
        elif one.is_dir() and not any(_code_of(one)):
            shutil.copytree(one, rest / one.name, symlinks=True)
            _link(code / one.name, rest / one.name)
        elif one.is_dir():
            plain = one.name.replace(".", DOT)
            (code / plain).mkdir()
            (rest / plain).mkdir()
            _spread(one, code / plain, rest / plain, top_code, top_rest)
            if plain != one.name:
                (code / one.name).symlink_to(plain)
            if not any((rest / plain).iterdir()):
                (rest / plain).rmdir()
        elif is_code(one):
            shutil.copy2(one, code / one.name)
        else:
            shutil.copy2(one, rest / one.name)
            _link(code / one.name, rest / one.name)


def _code_of(folder: Path) -> Iterator[Path]:
    for one in folder.rglob("*"):
        if one.name.endswith(FRAMEWORK) or (one.is_file() and not one.is_symlink() and is_code(one)):
            yield one


def _link(place: Path, target: Path) -> None:
    place.symlink_to(os.path.relpath(target, place.parent))


def to_sign(app: Path) -> list[Path]:
    """Everything in an application that is signed by itself, the innermost first; the application comes last."""
    contents = app / "Contents"
    frameworks = [one for one in contents.rglob(f"*{FRAMEWORK}") if not one.is_symlink()]
    single = [
        one for one in contents.rglob("*")
        if one.is_file() and not one.is_symlink() and not any(one.is_relative_to(each) for each in frameworks) and is_code(one)
    ]  # fmt: skip
    inner = [one for each in frameworks for one in each.rglob("*") if one.is_file() and not one.is_symlink() and is_code(one)]
    order = sorted({*single, *inner}, key=lambda one: (-len(one.parts), str(one)))
    main = contents / "MacOS" / "wardlight"
    return [*(one for one in order if one != main), *sorted(frameworks, key=lambda one: -len(one.parts)), app]


def main() -> int:
    """Make an application, or list what has to be signed, one path a line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", type=Path, metavar="APP", help="list what is signed, the innermost first")
    parser.add_argument("places", nargs="*", type=Path, metavar="FOLDER ICON OUT")
    options = parser.parse_args()
    if options.list is not None:
        print("\n".join(map(str, to_sign(options.list))))
        return 0
    if len(options.places) != 3:
        parser.error("name the folder, the icon and the application")
    bundle(*options.places)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
