"""The Kivy touchscreen. Everything shown follows from the status of the daemon."""
