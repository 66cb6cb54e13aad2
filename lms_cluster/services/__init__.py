"""What a node answers over gRPC: one module a concern, gathered in `lms` and `admin`."""
