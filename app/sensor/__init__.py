"""Sources, packets, decoders and conversations: raw material in, activities out."""
