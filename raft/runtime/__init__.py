"""The hands of the consensus core: the task that drives a node, and the wire between nodes."""
