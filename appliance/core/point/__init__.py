"""What a point does beside dossiers: who sits there, who comes, and what a month comes to."""
