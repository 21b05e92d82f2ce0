"""What a missing guard and a missing ``.eval()`` cost, measured on small models."""
