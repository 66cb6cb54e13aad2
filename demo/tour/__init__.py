"""A guided tour of the demo classroom: a transcript, and what plays it."""
