"""One file for each systemd unit: wiring only."""
