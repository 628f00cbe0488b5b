"""The tables of the point's database, and the way from one shape to the next."""
