"""Papers that lie in the scanner before anybody opened a dossier for them."""
