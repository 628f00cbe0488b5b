"""A real Debian, booted, with a box installed in it."""
