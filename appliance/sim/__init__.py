"""The bench: chips at register level, the circuit, patient and water. Reached only by name."""
