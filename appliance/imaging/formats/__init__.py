"""Files that people bring, opened; one file for each foreign format."""
