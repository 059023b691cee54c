"""The vocabulary that every stage shares: frozen values, no behaviour beyond naming."""
