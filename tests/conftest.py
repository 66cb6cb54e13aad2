"""What holds for every test: libraries keep their chatter to themselves; no two workers give out one port."""

import os

from lms_cluster.local import ports

# Nodes that are killed on purpose would fill the output with gRPC's view of it.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    ports.RANGE = ports.RANGE[int(worker.removeprefix("gw")) :: int(os.environ["PYTEST_XDIST_WORKER_COUNT"])]
