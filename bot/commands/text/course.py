"""What is said about materials, assignments and announcements."""

from __future__ import annotations

from bot.client.api import Material
from bot.commands.text import phrases

# --- materials ---

MATERIALS_SUMMARY = "list, search and open the course materials"
MATERIALS_PROMPT = "Which one, by its id or by words in it?"
UPLOAD_SUMMARY = "publish a material"
MATERIAL_TITLE_PROMPT = "What is its title? Otherwise the file's name is."
TOPIC_PROMPT = "What is its topic?"
MATERIAL_FILE_PROMPT = "Please send the file (md, txt, html, pdf, docx or pptx; at most 20 MB)."
UPLOAD_ANOTHER = "Upload another"


def nothing_found(words: str) -> str:
    return f"No material has “{phrases.shortened(words)}” in it." if words else "There are no materials yet."


def materials_found(count: int, words: str) -> str:
    found = phrases.counted(count, "material", "materials")
    return f"{found} with “{phrases.shortened(words)}”" if words else found


def material_line(material: Material) -> str:
    details = [material.topic] if material.topic else []
    if material.file is not None:
        details.append(phrases.size(material.file.size))
    return f"{material.id}: {material.title}" + (f" ({', '.join(details)})" if details else "")


def material_details(material: Material, published_at: str) -> list[str]:
    details = [f"Topic: {material.topic}"] if material.topic else []
    if material.file is not None:
        details.append(phrases.file_line(material.file.name, material.file.size))
    return [*details, f"Published {published_at}"]


# --- assignments ---

ASSIGNMENTS_SUMMARY = "what there is to do, and by when"
NEWASSIGNMENT_SUMMARY = "set an assignment"
ASSIGNMENT_TITLE_PROMPT = "What is its title?"
POINTS_MAX_PROMPT = "How many points is it worth?"
INSTRUCTIONS_PROMPT = "What is to be done?"
NO_INSTRUCTIONS = "Without instructions."
NO_ASSIGNMENTS = "There are no assignments yet."
HAND_IN = "Hand in"


def new_assignment(title: str) -> str:
    return f"Publish the assignment “{title}”?"


def points_and_due(points: int, due: str) -> str:
    return f"{phrases.counted(points, 'point', 'points')}, due {due}"


def assignment_line(assignment_id: str, title: str, due: str, state: str) -> str:
    return f"{assignment_id}: {title}, due {due}; {state}"


def handed_in_by(students: int) -> str:
    return f"handed in by {phrases.counted(students, 'student', 'students')}"


def own_attempts(attempts: int) -> str:
    return f"handed in, attempt {attempts}" if attempts else "not handed in yet"


def graded(points: int, points_max: int) -> str:
    return f"graded {points} / {points_max}"


def no_such_assignment(assignment_id: str, others: list[str]) -> str:
    hint = f"There are: {', '.join(others)}." if others else NO_ASSIGNMENTS
    return f"There is no assignment {assignment_id}. {hint}"


# --- announcements ---

ANNOUNCE_SUMMARY = "tell everyone in the course"
ANNOUNCE_PROMPT = "What shall everyone read?"
ANNOUNCE_CARD = "Announce this to everyone in the course?"


def announced(item_id: str) -> str:
    return f"Announced {item_id} to everyone"
