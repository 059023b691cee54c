"""The streams and the bucket of a workspace on its hub: made when they are not there, changed to what the hub says now."""

from nats.aio.client import Client
from nats.js import api
from nats.js.errors import NotFoundError

from app.hub.state import Workspace
from app.link.bucket import HISTORY
from app.link.jetstream import Link
from app.link.subjects import ACTIVITIES, CONFIG, EVERY_ACTIVITY, EVERY_STATUS, STATUS

DUPLICATES = 1800.0
"""Seconds in which a message that comes once more is known by its id; beyond, the workspace's receipts know it."""
DAY = 86400.0
SMALL = 64 << 20
"""Bytes of reports and of configurations."""
PATIENCE = 60.0


def wanted(workspace: Workspace) -> tuple[api.StreamConfig, ...]:
    """The streams of a workspace; a bucket is a stream too (NATS architecture decision record 8)."""
    return (
        api.StreamConfig(
            name=ACTIVITIES,
            subjects=[EVERY_ACTIVITY],
            retention=api.RetentionPolicy.LIMITS,
            discard=api.DiscardPolicy.OLD,
            storage=api.StorageType.FILE,
            max_bytes=workspace.bytes,
            max_age=workspace.days * DAY,
            duplicate_window=DUPLICATES,
        ),
        api.StreamConfig(
            name=STATUS,
            subjects=[EVERY_STATUS],
            discard=api.DiscardPolicy.OLD,
            storage=api.StorageType.FILE,
            max_msgs_per_subject=1,
            max_bytes=SMALL,
            allow_direct=True,
        ),
        api.StreamConfig(
            name=f"KV_{CONFIG}",
            subjects=[f"$KV.{CONFIG}.>"],
            discard=api.DiscardPolicy.NEW,
            storage=api.StorageType.FILE,
            max_msgs_per_subject=HISTORY,
            max_bytes=SMALL,
            allow_direct=True,
            allow_rollup_hdrs=True,
            deny_delete=True,
        ),
    )


def prepare(link: Link, workspace: Workspace) -> None:
    """Make or change the streams over an administrator's link; waits. Raises LinkError."""

    async def make(client: Client) -> None:
        context = client.jetstream(timeout=PATIENCE)
        for one in wanted(workspace):
            try:
                there = await context.stream_info(str(one.name))
            except NotFoundError:
                await context.add_stream(one)
            else:
                await context.update_stream(one.evolve(num_replicas=there.config.num_replicas))  # set by whoever runs a cluster

    link.do(make, PATIENCE * 3)
