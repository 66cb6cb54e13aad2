"""A whole cluster on this machine: its processes, and the commands that `cluster.sh` hands over."""
