"""The pages: at the point (station) and at the receiving office (ward)."""
