"""What a point does beside dossiers: roster, bookings, visitors, numbers, its figures."""
