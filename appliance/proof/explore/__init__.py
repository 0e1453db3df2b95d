"""Exploration: the real daemon over an abstract board, through every state, event and input, against named invariants.

Nothing here is a copy of the machine. What is abstract is said in `machine.py`; it must never be built into a daemon.
"""
