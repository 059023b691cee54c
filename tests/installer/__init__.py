"""What builds and installs the program."""
