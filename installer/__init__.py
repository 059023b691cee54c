"""How the program is built, packed and tried on a clean system."""
