"""What activities tell detectors: sessions, commands, what runs elsewhere, searches, tickets, whose name a call carries."""
