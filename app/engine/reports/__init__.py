"""Reports of one case, self-contained."""
