"""Pages become PDFs within a budget; answers become a printed sheet."""
