"""Drawings: SVG sources, and the PNG files that the kiosk shows. No text is ever drawn."""
