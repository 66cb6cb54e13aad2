"""One LMS node: what it is told, what it serves, what it applies."""
