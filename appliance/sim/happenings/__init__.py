"""What each action does to the bench, one module a family, and what follows by itself later.

An action changes the world one level below the real drivers: a register, a pin, a part, a person. It never tells the
software that it happened. Each module has its table `ACTIONS` and, in `LATER`, what its actions leave for later.
"""
