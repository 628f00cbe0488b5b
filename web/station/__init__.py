"""The page at the point: citizens, volunteers, technicians."""
