"""Tests of what opens sealed messages."""
