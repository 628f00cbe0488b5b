"""The page of the screen panel: files only."""
