"""Names of the GUIDs of Active Directory: classes, attributes, property sets, extended rights, validated writes."""

from functools import cache

from app.paths import resources


@cache
def _names() -> dict[str, str]:
    """GUID in lower case to its names; read at first use from resources/ad-schema-guids.tsv."""
    found: dict[str, str] = {}
    try:
        lines = (resources() / "ad-schema-guids.tsv").read_text(encoding="utf-8").splitlines()
    except OSError:  # an installation without its tables shows GUIDs
        return found
    for line in lines[1:]:
        guid, _, rest = line.partition("\t")
        name = rest.partition("\t")[2]
        key = guid.lower()
        if key in found and name not in found[key].split(" or "):
            name = f"{found[key]} or {name}"
        found[key] = name
    return found


def schema_name(guid: str) -> str:
    """The name of "bf967aba-0de6-11d0-a285-00aa003049e2" in any spelling, empty when it is none of the schema."""
    return _names().get(guid.strip("%{} \t\r\n").lower(), "") if len(guid) < 80 else ""
