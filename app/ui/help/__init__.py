"""Help inside the program: its own documents, found and read offline."""
