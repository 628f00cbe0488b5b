"""From a press to a page in its slot: scanned, cleaned, moved, cut, mended."""
