"""What the plugin costs, beside flake8 itself and other tools."""
