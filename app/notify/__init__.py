"""Tells other systems: takes what is new from a workspace, keeps it in a queue on disk, delivers it, writes what is due.

Delivery is at least once: what was sent and not yet crossed off when the power went is sent again, under the same id. See
docs/notifications.md.
"""
