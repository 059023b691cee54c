"""Link layers and tunnels, IP, UDP and TCP over batches of packets."""
