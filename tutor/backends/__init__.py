"""What runs a language model; the rest of the tutor knows the protocol only."""
