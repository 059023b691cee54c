"""A STIX bundle as the files of a TAXII 2.1 server that only reads (OASIS TAXII version 2.1).

Every resource is the index.json of the folder of its path, so that any web server can serve it: with `index index.json` and the
content type application/taxii+json;version=2.1. Discovery lies below taxii2/ (section 4.1), the API root below wardlight/.
"""

from pathlib import Path
from typing import Any
from uuid import uuid5

import msgspec

from app.engine.export.stix import OWN

MEDIA = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
ROOT = "wardlight"
MOST_BYTES = 104_857_600


def write_taxii(bundle: dict[str, Any], folder: Path, name: str) -> int:
    """Write the files into a folder that is there and empty; returns the number of objects. Raises OSError."""
    objects: list[dict[str, Any]] = bundle["objects"]
    id = str(uuid5(OWN, f"collection {name}"))
    collection = {
        "id": id, "title": f"Suspicious activities: {name}", "can_read": True, "can_write": False, "media_types": [STIX],
    }  # fmt: skip
    manifest = [
        {"id": one["id"], "date_added": _added(one), "version": _added(one), "media_type": STIX} for one in objects
    ]  # fmt: skip
    files = {
        "taxii2": {"title": "Wardlight", "description": "Sightings in Active Directory", "api_roots": [f"/{ROOT}/"],
                   "default": f"/{ROOT}/"},
        ROOT: {"title": "Wardlight", "versions": [MEDIA], "max_content_length": MOST_BYTES},
        f"{ROOT}/collections": {"collections": [collection]},
        f"{ROOT}/collections/{id}": collection,
        f"{ROOT}/collections/{id}/objects": {"more": False, "objects": objects},
        f"{ROOT}/collections/{id}/manifest": {"more": False, "objects": manifest},
        **{f"{ROOT}/collections/{id}/objects/{one['id']}": {"more": False, "objects": [one]} for one in objects},
    }  # fmt: skip
    for path, value in files.items():
        place = folder / path
        place.mkdir(parents=True, exist_ok=True)
        (place / "index.json").write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
    return len(objects)


def _added(one: dict[str, Any]) -> str:
    """When an object was made; observed ones have no time of their own."""
    return str(one.get("modified") or one.get("start") or "1970-01-01T00:00:00.000Z")
