"""Windows events and log lines, whatever form they come in, as activities; no input or output."""
