"""Quotes by the ten thousand: hostile pages, hostile questions, and that every quote is its material's.

    python -m tests.tutor.quotes --questions 10000 --seed 1

Courses are generated from the seed: prose of the demo courses, and among it all that a page may hold to
deceive or to confuse. They go through the node's own extraction, tables and retrieval and through the tutor's
pipeline with the shipped model. What happens in a course follows from the seed and its number alone, so
`--seed S --course C` plays it again.

- `hostile`   kinds of text that are hostile by themselves
- `pages`     pages of every kind of file, made of prose and what is hostile
- `asked`     questions from the words of the pages, and hostile ones
- `oracle`    what must hold of an answer
- `planted`   how an instruction in a passage changes which of its other sentences are quoted: not at all
- `campaign`  a course, its questions, and what came of them
"""
