"""The small language of scenario files: conditions, templates, paths."""
