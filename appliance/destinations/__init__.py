"""One file for each kind of place a sealed dossier can go."""
