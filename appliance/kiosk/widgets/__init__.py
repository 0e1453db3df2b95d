"""Widgets of the screens. They show values of a View and never know a status; touches become actions."""
