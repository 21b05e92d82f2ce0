"""What other linters find of the same mistakes, and what they find beyond."""
