"""The process of its own in which the station's pages are cleaned."""
