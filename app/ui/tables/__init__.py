"""Models and delegates that show rows."""
