"""Positive and negative cases of each detector, one file for each, named like it."""
