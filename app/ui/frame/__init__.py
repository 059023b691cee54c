"""The fixed parts around the page: rail, top bar, status bar, inspector."""
