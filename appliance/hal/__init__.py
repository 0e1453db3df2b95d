"""Ports (protocols) and their real adapters: I2C, the two ADCs and DACs, pins, clock, real time."""
