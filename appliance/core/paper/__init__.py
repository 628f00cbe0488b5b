"""A scanned page in words: what was found on it, and how it lies in a PDF."""
