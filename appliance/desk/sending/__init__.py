"""From the seal to the ward's answer: by network, by stick, or by the citizen's own hands."""
