"""The pages for what comes out of a printer."""
