"""What colours a page has, which of them are paper, and how few say it all."""
