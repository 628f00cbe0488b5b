"""One file for each real thing: scanner, panel."""
