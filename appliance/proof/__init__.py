"""Composes core and bench to show what holds: simulate, measure."""
