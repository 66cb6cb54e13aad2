"""The tutor: answers with sentences of the course's own materials, or says that they hold no answer."""
