"""The tutor over gRPC: one worker owns the model, a bounded queue stands before it."""
