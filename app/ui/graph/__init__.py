"""What the graph page is made of beside its canvas: how it asks, its lists, what floats over it, what is kept of it."""
