"""Rows of what a point does beside dossiers: roster, bookings, visitors, numbers, months."""
