"""What was promised stays: copies, what is found again after the last one, files nobody names."""
