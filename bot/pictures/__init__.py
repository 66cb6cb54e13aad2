"""Pictures of what a reply says in words as well: for a quick look, never the only place where it stands."""
