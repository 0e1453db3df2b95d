"""The recorder: it alone writes records.db and issues permits."""
