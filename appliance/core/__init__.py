"""The language of the desk: no I/O, no clock, the standard library and pydantic only."""
