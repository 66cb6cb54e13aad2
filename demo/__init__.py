"""The demo classroom: a course on distributed systems, its people, and a tour of what Homeroom does."""
