"""Who comes in, how long they stay, and what every request must be before it is looked at."""
