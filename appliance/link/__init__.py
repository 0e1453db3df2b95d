"""Messages, framing and the client of the local socket. No logic."""
