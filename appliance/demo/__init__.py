"""The whole product on one machine: real services, pretend hardware, a ward of its own."""
