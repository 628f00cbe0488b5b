"""What a point prints: one file for each print, its words in ``prints_vi.toml``."""
