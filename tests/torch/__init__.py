"""What the rules say, observed with a real PyTorch."""
