"""What goes, when, and by whose order: keys first, then files, then rows."""
