"""The panel with which live sources are set up: their kinds, their forms, what may be typed."""
