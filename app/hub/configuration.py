"""The configuration of the hub's server, written from what the hub is (NATS documentation, "Server configuration").

The server's form takes JSON. Every text in it is quoted, so nothing of it is ever read as a variable or an include.
"""

import msgspec

from app.hub.server_log import FILES, SIZE
from app.hub.state import Folder, Hub, User, Workspace, write

SYSTEM = "SYSTEM"
MARGIN = 1 << 30
"""Bytes beside its activities that a workspace may take: reports, configurations, what is about to be removed."""
ANSWERS = {"max": 1, "expires": "5m"}


def configuration(hub: Hub, folder: Folder) -> dict[str, object]:
    """What the server is told."""
    return {
        "server_name": "wardlight-hub",
        "host": hub.address,
        "port": hub.port,
        "max_payload": hub.payload,
        "max_pending": max(64 << 20, hub.payload * 4),
        "pid_file": str(folder.pid),
        "logtime": True,
        "log_file": str(folder.log),
        "logfile_size_limit": SIZE,
        "logfile_max_num": FILES,
        "write_deadline": "10s",
        "authorization": {"timeout": 10},
        "tls": {
            "cert_file": str(folder.certificate),
            "key_file": str(folder.key),
            "timeout": 10,
            "min_version": "1.2",
        },
        "jetstream": {
            "store_dir": str(folder.store),
            "max_memory_store": 64 << 20,
            "max_file_store": sum(one.bytes + MARGIN for one in hub.workspaces) or MARGIN,
            **({"sync_interval": "always"} if hub.always else {}),
        },
        "system_account": SYSTEM,
        "accounts": {
            SYSTEM: {"users": [{"nkey": hub.system}]},
            **{one.name: account(one) for one in hub.workspaces},
        },
    }


def account(workspace: Workspace) -> dict[str, object]:
    """The account of a workspace."""
    return {
        "jetstream": {"max_memory": 1 << 20, "max_store": workspace.bytes + MARGIN, "max_streams": 8, "max_consumers": 1024},
        "users": [entry(one) for one in workspace.active],
    }


def entry(user: User) -> dict[str, object]:
    """A user with what the key may do; also what is to be put into the configuration of a cluster that somebody else runs."""
    allowed = user.permissions
    permissions: dict[str, object] = {"publish": {"allow": allowed.publish}, "subscribe": {"allow": allowed.subscribe}}
    if allowed.answers:
        permissions["allow_responses"] = ANSWERS
    return {"nkey": user.key, "permissions": permissions}


def write_configuration(hub: Hub, folder: Folder) -> None:
    """Write it where the server reads it. Raises HubError."""
    write(folder.configuration, msgspec.json.format(msgspec.json.encode(configuration(hub, folder)), indent=1))
