"""Who may work at the desk: names, sessions, keys that open it, one volunteer at a dossier."""
