"""What a module means: names, guards, modes, models, values, callers."""
