"""The calls of LmsClient over gRPC, by area."""
