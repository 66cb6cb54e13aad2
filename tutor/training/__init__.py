"""From text and questions to a GPT-2 folder, on one CPU core or a GPU."""
