"""Rows of who may work here: volunteers, sessions, wrong PINs, and the trail of what they did."""
