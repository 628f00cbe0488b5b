"""A dossier on the desk: opened, filled, agreed to, looked at, printed."""
