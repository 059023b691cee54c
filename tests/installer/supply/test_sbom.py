"""The bill of materials is valid, the same twice, and lists what is there with what is inside it."""

import json
from importlib.metadata import distribution

import pytest

from app import __version__
from app.licences.collecting import needed
from installer.supply.held import Held, Library

sbom = pytest.importorskip("installer.supply.sbom", reason="cyclonedx-python-lib is not installed")
WHEN = 1_700_000_000


@pytest.fixture(scope="module")
def whole() -> Held:
    libraries = (Library("libX11.so.6", "a" * 64, "libx11-6", "2:1.8.4-2", "amd64"), Library("libnobody.so.1", "b" * 64))
    return Held(tuple(needed()), libraries, ())


@pytest.fixture(scope="module")
def text(whole: Held) -> str:
    return sbom.bill(whole, WHEN)


def test_it_names_the_program_and_its_time(text: str) -> None:
    made = json.loads(text)

    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    about = made["metadata"]["component"]
    assert (about["name"], about["version"], made["metadata"]["timestamp"]) == (
        "wardlight",
        __version__,
        "2023-11-14T22:13:20+00:00",
    )


def test_every_package_is_there_with_its_version_licence_and_parts(text: str) -> None:
    rows = {one["bom-ref"]: one for one in json.loads(text)["components"]}

    assert rows["pypi:numpy"]["purl"] == f"pkg:pypi/numpy@{distribution('numpy').version}"
    assert rows["pypi:cryptography"]["licenses"][0]["expression"] == "Apache-2.0 OR BSD-3-Clause"
    (qt,) = (one for one in rows["pypi:pyside6-essentials"]["components"] if one["name"] == "Qt")
    assert qt["version"] == distribution("PySide6-Essentials").version and qt["licenses"][0]["license"]["id"] == "LGPL-3.0-only"
    assert any(one["name"] == "asn1" for one in rows["pypi:cryptography"]["components"]), "what the package lists itself"
    assert rows["python"]["type"] == "platform"


def test_libraries_of_the_system_have_their_sum_and_their_package(text: str) -> None:
    rows = {one["bom-ref"]: one for one in json.loads(text)["components"]}

    known, strange = rows["library:libX11.so.6"], rows["library:libnobody.so.1"]
    assert known["purl"] == "pkg:deb/debian/libx11-6@2:1.8.4-2?arch=amd64" and known["hashes"][0]["content"] == "a" * 64
    assert "purl" not in strange and strange["properties"][0]["value"] == "a file of no package of the system"


def test_a_sensor_is_named_and_licensed_as_one(whole: Held) -> None:
    rows = tuple(one for one in whole.packages if one.metadata["Name"] in ("numpy", "nats-py"))
    about = json.loads(sbom.bill(Held(rows, (), (), "wardlight-sensor"), WHEN))["metadata"]["component"]

    assert about["name"] == "wardlight-sensor" and about["licenses"] == [{"license": {"id": "Apache-2.0"}}]


def test_what_needs_what_is_said(text: str) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in json.loads(text)["dependencies"]}

    assert "pypi:pyasn1" in needs["pypi:ldap3"] and {"pypi:numpy", "python"} <= set(needs["wardlight"])


def test_the_same_content_is_the_same_bill_and_other_content_another(whole: Held, text: str) -> None:
    again = sbom.bill(whole, WHEN)
    fewer = sbom.bill(whole._replace(libraries=()), WHEN)

    assert again == text
    assert json.loads(fewer)["serialNumber"] != json.loads(text)["serialNumber"]


def test_a_bill_that_is_wrong_is_refused(whole: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sbom, "_text", lambda bom, serial: json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "nonsense": 1})
    )

    with pytest.raises(ValueError, match="schema"):
        sbom.bill(whole, WHEN)
