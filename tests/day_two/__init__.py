"""What is done with a box after its first day."""
