"""Identity cards: which side, which person's lines, and both on one page."""
