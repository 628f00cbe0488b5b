"""What the doctor finds, from real files, real sockets and libsane."""
