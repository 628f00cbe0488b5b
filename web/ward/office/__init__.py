"""The officers' pages: the inbox, one dossier, answers, figures, who may come in."""
