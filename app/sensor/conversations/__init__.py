"""One connection's messages in, activities out: framing, agreed state, request joined with reply."""
