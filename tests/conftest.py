"""What holds for every test: libraries keep their chatter to themselves."""

import os

# Nodes that are killed on purpose would fill the output with gRPC's view of it.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
