"""One file per command group of `tramhoso`; wiring and words for the terminal only."""
