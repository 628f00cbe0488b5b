"""The page at the point: the volunteer's form, the citizen's papers, the way to the ward."""
