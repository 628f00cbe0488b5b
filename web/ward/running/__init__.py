"""What keeps a ward's service going: bells, brakes, and how its boxes are."""
