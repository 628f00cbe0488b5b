"""Image in, image out: nothing here knows of dossiers, files or rows."""
