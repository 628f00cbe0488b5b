"""What a page says: read by tesseract where it is installed, never needed by anything."""
