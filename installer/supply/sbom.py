"""The bill of materials (CycloneDX 1.6, JSON) of a frozen folder, or of what is installed beside this Python.

python -m installer.supply.sbom [--frozen FOLDER] --out FILE.cdx.json

Every package with what came inside it, every library of the system, the interpreter; with their licences, and what needs what.
The same content gives the same bytes: its serial number comes from what it lists, its time from the last commit. What is written
was validated against the schema. To be run by the Python that built the folder; needs the extra `build`.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from app import __version__
from app.licences.collecting import licence_of, needed, plain
from app.licences.parts import PARTS, python_version, version_of
from installer.supply.archive import epoch
from installer.supply.held import Held, Library, held

FORMAT = SchemaVersion.V1_6
SPACE = UUID("6a1f6f6c-2a44-5f0e-9c0b-9f3c3f1a2b71")
"""Of the serial numbers: this one for no reason but that it stays the same."""
LICENCES = LicenseFactory()


def bill(found: Held, when: int) -> str:
    """The bill as text. when: seconds since 1970. Raises ValueError for one that the schema refuses."""
    bom = Bom()
    bom.metadata.timestamp = datetime.fromtimestamp(when, UTC)
    bom.metadata.tools.components.add(this_component())
    root = Component(
        name=found.name, version=__version__, type=ComponentType.APPLICATION, bom_ref=found.name,
        licenses=_licences("Apache-2.0 AND GPL-2.0-or-later" if found.inspects else "Apache-2.0"),
    )  # fmt: skip
    bom.metadata.component = root
    packages = {plain(one.metadata["Name"]): (one, _package(one)) for one in found.packages}
    interpreter = Component(
        name="python", version=python_version(), type=ComponentType.PLATFORM, bom_ref="python", cpe=None,
        purl=PackageURL("generic", name="python", version=python_version()), licenses=[LICENCES.make_from_string("PSF-2.0")],
    )  # fmt: skip
    libraries = [_library(one) for one in found.libraries]
    for component in (interpreter, *(row for _, row in packages.values()), *libraries):
        bom.components.add(component)
    bom.register_dependency(root, [interpreter, *(row for _, row in packages.values()), *libraries])
    for one, component in packages.values():
        bom.register_dependency(component, [packages[name][1] for name in _asked(one) if name in packages])
    bom.serial_number = uuid5(SPACE, hashlib.sha256(_text(bom, SPACE).encode()).hexdigest())
    text = _text(bom, bom.serial_number)
    wrong = JsonStrictValidator(FORMAT).validate_str(text)
    if wrong is not None:
        raise ValueError(f"the bill is not as the schema of CycloneDX {FORMAT.to_version()} asks: {wrong.data}")
    return text


def _text(bom: Bom, serial: UUID) -> str:
    bom.serial_number = serial
    return json.dumps(json.loads(JsonV1Dot6(bom).output_as_string()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _asked(one: Distribution) -> set[str]:
    found = (re.match(r"[\w.-]+", row) for row in one.requires or () if "extra ==" not in row)
    return {plain(row[0]) for row in found if row}


def _package(one: Distribution) -> Component:
    name, version = one.metadata["Name"], one.version
    url = PackageURL("pypi", name=plain(name), version=version)
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, bom_ref=f"pypi:{plain(name)}", purl=url,
        licenses=_licences(licence_of(one)), description=one.metadata.get("Summary"),
        components=[*_parts(plain(name), version), *_listed(one)],
    )  # fmt: skip


def _parts(package: str, version: str) -> Iterator[Component]:
    for part in PARTS:
        if part.inside == package:
            yield Component(
                name=part.name, version=version_of(part, version) or None, type=ComponentType.LIBRARY,
                bom_ref=f"inside:{package}:{part.name}", licenses=_licences(part.licence),
            )  # fmt: skip


def _listed(one: Distribution) -> Iterator[Component]:
    """What a package lists itself (PEP 770)."""
    seen: set[tuple[str, str]] = set()
    for file in one.files or ():
        if ".dist-info/sboms/" not in file.as_posix() or not file.name.endswith(".json"):
            continue
        rows: list[dict[str, Any]] = []
        with suppress(ValueError, OSError, AttributeError):
            rows = json.loads(Path(str(file.locate())).read_text(encoding="utf-8")).get("components") or []
        for row in rows:
            name, version = str(row["name"]), str(row.get("version", ""))
            if (name, version) in seen:
                continue
            seen.add((name, version))
            said = [inner.get("expression") or (inner.get("license") or {}).get("id") for inner in row.get("licenses", ())]
            url = row.get("purl")
            yield Component(
                name=name, version=version or None, type=ComponentType.LIBRARY,
                bom_ref=f"inside:{plain(one.metadata['Name'])}:{name}@{version}",
                purl=PackageURL.from_string(url) if url else None,
                licenses=_licences(" AND ".join(f"({inner})" if " " in inner else inner for inner in said if inner)),
            )  # fmt: skip


def _library(one: Library) -> Component:
    url = None
    if one.package:
        url = PackageURL("deb", "debian", one.package, one.version, {"arch": one.architecture})
    return Component(
        name=one.name, version=one.version or None, type=ComponentType.LIBRARY, bom_ref=f"library:{one.name}", purl=url,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one.sha256)],
        properties=[] if one.package else [Property(name="wardlight:origin", value="a file of no package of the system")],
    )  # fmt: skip


def _licences(said: str) -> Iterable[Any]:
    return [LICENCES.make_from_string(said)] if said else []


def main() -> int:
    """Write the bill; say how much it lists."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frozen", type=Path, metavar="FOLDER", help="of a build; without it, what is installed is listed")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = held(options.frozen) if options.frozen else Held(tuple(needed()), (), ())
    try:
        text = bill(found, epoch())
    except ValueError as error:
        print(f"sbom: {error}", file=sys.stderr)
        return 1
    options.out.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(found.packages)} packages, {len(found.libraries)} libraries, valid as CycloneDX {FORMAT.to_version()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
