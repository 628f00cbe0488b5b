"""The panel with one button: what it shows, sounds like and says."""
