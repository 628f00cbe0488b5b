"""Everything that must outlive a power cut: tables, guarded moves, page files, the outbox."""
