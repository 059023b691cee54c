"""Charts and the graph canvas."""
