"""What a directory keeps of its objects, from the bytes of attribute values to typed facts; no input or output."""
