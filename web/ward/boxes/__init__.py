"""What boxes bring and are told: uploads, commits, receipts, news, codes, what is published."""
