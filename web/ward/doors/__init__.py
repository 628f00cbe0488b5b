"""The ward's doors for programs: the boxes' intake, their months, and what Prometheus reads."""
