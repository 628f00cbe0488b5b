"""What travels between a point and its ward, by network or stick, as messages of the contract."""
