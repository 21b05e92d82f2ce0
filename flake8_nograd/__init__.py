"""A flake8 plugin that finds PyTorch gradient-mode and train/eval-mode mistakes."""
