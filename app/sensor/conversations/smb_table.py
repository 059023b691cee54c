"""Shares and files of an SMB connection by their numbers, bounded."""

from collections.abc import Hashable

from app.sensor.conversations.smb_handles import Handle, Reporter, Session, Tree
from app.sensor.conversations.smb_logons import Logons

_MOST_TREES = 4096
_MOST_OPEN = 16384


class Table:
    """trees, handles: by the keys of the version, which are numbers of the server."""

    __slots__ = ("_logons", "_pipes", "_report", "handles", "trees")

    def __init__(self, report: Reporter, logons: Logons) -> None:
        self._report = report
        self._logons = logons
        self.trees: dict[Hashable, Tree] = {}
        self.handles: dict[Hashable, Handle] = {}
        self._pipes: dict[Hashable, Handle] = {}

    def tree(self, key: Hashable, session: int) -> Tree:
        """The share of that number; it has no path when its connect was not captured."""
        found = self.trees.get(key)
        return self.connected(key, Tree(self._logons.session(session))) if found is None else found

    def connected(self, key: Hashable, tree: Tree) -> Tree:
        """Keep a share."""
        if len(self.trees) >= _MOST_TREES:
            del self.trees[next(iter(self.trees))]
        self.trees[key] = tree
        return tree

    def disconnected(self, key: Hashable) -> None:
        """Forget a share, with its files."""
        tree = self.trees.pop(key, None)
        if tree is not None:
            self.close(tree=tree)

    def opened(self, file: Hashable, handle: Handle) -> None:
        """Keep an open file; an older one of the same number is over."""
        handles = self.handles
        if file in handles:
            self.shut(file)
        elif len(handles) >= _MOST_OPEN:
            self._report.count("SMB files left open", handle.frames[0])
            self.shut(next(iter(handles)))
        handle.file = file
        handles[file] = handle
        if handle.rpc is not None:
            self._pipes[file] = handle

    def used(self, file: Hashable, key: Hashable, session: int, at: int, frames: tuple[int, ...], place: int) -> Handle:
        """The open file of that number; it has no name when its create was not captured."""
        handle = self.handles.get(file)
        if handle is None:
            handle = Handle(self.tree(key, session), "", None, at, frames, place)
            self.opened(file, handle)
        return handle

    def closed(self, handle: Handle, at: int) -> None:
        """The file was closed: tell what was done through it."""
        handle.until = at
        file = handle.file
        if file is not None and self.handles.get(file) is handle:
            del self.handles[file]
            self._over(file, handle)

    def shut(self, file: Hashable) -> None:
        """Forget an open file and tell what was done through it."""
        self._over(file, self.handles.pop(file))

    def _over(self, file: Hashable, handle: Handle) -> None:
        if handle.rpc is not None:
            self._pipes.pop(file, None)
        if handle.name or not handle.untold:
            self._report.file(handle, "success", 0)

    def close(self, session: Session | None = None, tree: Tree | None = None) -> None:
        """Close the files of one session, of one share, or all."""
        for file, handle in list(self.handles.items()):
            if (session is None or handle.tree.session is session) and (tree is None or handle.tree is tree):
                self.shut(file)

    def piped(
        self,
        handle: Handle,
        from_client: bool,
        data: bytes,
        start: int,
        length: int,
        end: int,
        at: int,
        frames: tuple[int, ...],
        ordinal: int,
    ) -> None:
        """Hand what was written to or read from a pipe to its calls; data may end early at end."""
        new = handle.rpc is None
        self._report.piped(handle, from_client, data, start, length, end, at, frames, ordinal)
        if new and handle.rpc is not None and handle.file is not None:
            self._pipes[handle.file] = handle

    def lost(self, from_client: bool) -> None:
        """Bytes of one direction are missing: calls that were half there cannot be finished."""
        for handle in self._pipes.values():
            if handle.rpc is not None:
                handle.rpc.lost(from_client)

    def expire(self, now: int) -> None:
        """Tell the calls what time it is."""
        for handle in self._pipes.values():
            if handle.rpc is not None:
                handle.rpc.expire(now)
