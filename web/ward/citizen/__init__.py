"""What a citizen may ask the ward with a slip in hand: how far a dossier is, and no name."""
