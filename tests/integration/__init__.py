"""Tests against real servers in network namespaces of their own."""
