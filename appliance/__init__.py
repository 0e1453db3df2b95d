"""ionto: an open appliance for tap-water iontophoresis. Not a certified medical device."""

__version__ = "0.1.0"
