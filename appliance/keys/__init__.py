"""Who can read and who has signed: age and Ed25519, one file each."""
