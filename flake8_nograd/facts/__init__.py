"""What the code says, before anyone judges it: plain frozen data collected by a LibCST visitor."""
