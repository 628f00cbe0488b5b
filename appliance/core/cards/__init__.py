"""Identity cards: what both sides say, whose they are, and what of it an answer may take."""
