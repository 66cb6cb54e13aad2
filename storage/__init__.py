"""What a node keeps on disk: the durable Raft log and the state of the classroom, each in one SQLite file."""
