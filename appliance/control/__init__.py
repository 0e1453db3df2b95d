"""The control daemon: one thread, one tick. It receives its ports and never imports the bench."""
