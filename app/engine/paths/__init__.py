"""Lateral movement paths: who can come to which sensitive account, over which computers, groups and rights.

Arcs are what sources tell (`standing`, `seen`), a network joins them, a view is that network at one time; `finding` walks
through it, `cuts` says what to take away. Plain computation over knowledge: no database, file, clock.
"""
