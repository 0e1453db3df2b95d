"""How each software control is taken out of a composed daemon, from outside. Only `proof.without` uses it."""
