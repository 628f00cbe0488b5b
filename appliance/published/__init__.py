"""What the ward sent down, on the card and for the page: read, checked, put in its place."""
