"""A dossier from loose paper to its receipt, and all that it may come from or come back as."""
