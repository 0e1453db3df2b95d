"""The safety report: what was asked of the device, how it was shown, and what remains. Made from recorded evidence."""
