"""Every command of the bot, in the order in which help and menus show them."""

from __future__ import annotations

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient
from bot.commands.account import Account
from bot.commands.announcements import Announcements
from bot.commands.answering import Answering
from bot.commands.asking import Asking
from bot.commands.assignments import Assignments
from bot.commands.audit import Audit
from bot.commands.cluster import Cluster
from bot.commands.dates import Calendar
from bot.commands.extensions import Extensions
from bot.commands.faq import Faq
from bot.commands.feedback import Feedback
from bot.commands.grade_import import GradeImport
from bot.commands.gradebook import GradebookCommands
from bot.commands.grading import Grading
from bot.commands.materials import Materials
from bot.commands.new_assignment import NewAssignment
from bot.commands.notices import Notices
from bot.commands.people import People
from bot.commands.progress import ProgressOfStudents
from bot.commands.regrades import Regrades
from bot.commands.releasing import Releasing
from bot.commands.resolving import Resolving
from bot.commands.results import Results
from bot.commands.revealing import Revealing
from bot.commands.roster import Rosters
from bot.commands.settings import ChatSettings
from bot.commands.sign_in_links import SignInLinks
from bot.commands.sources import Sources
from bot.commands.statistics import Statistics
from bot.commands.submissions import Submissions
from bot.commands.submit import Submit
from bot.commands.threads import Threads
from bot.commands.tutor_replies import TutorReplies
from bot.commands.tutoring import TutorPolicies
from bot.core.command import Registry


def build_registry(client: LmsClient, calendar: Calendar, awaited: AwaitedAnswers) -> Registry:
    """`calendar` is the course's clock and time zone; the chats' Notifier shares `awaited`."""
    registry = Registry()
    registry.add(Materials(client, calendar).commands())
    registry.add(Assignments(client, calendar).commands())
    registry.add(NewAssignment(client, calendar).commands())
    registry.add(Extensions(client, calendar).commands())
    registry.add(Submit(client, calendar).commands())
    registry.add(Submissions(client, calendar).commands())
    registry.add(Results(client, calendar).commands())
    registry.add(ProgressOfStudents(client).commands())
    registry.add(Grading(client, calendar).commands())
    registry.add(Feedback(client, calendar).commands())
    registry.add(Releasing(client, calendar).commands())
    registry.add(Regrades(client, calendar).commands())
    registry.add(GradebookCommands(client).commands())
    registry.add(GradeImport(client).commands())
    registry.add(Statistics(client, calendar).commands())
    registry.add(Asking(client, TutorReplies(client, awaited)).commands())
    registry.add(Threads(client, calendar).commands())
    registry.add(Sources(client).commands())
    registry.add(Faq(client).commands())
    registry.add(Answering(client, calendar).commands())
    registry.add(Resolving(client).commands())
    registry.add(Revealing(client).commands())
    registry.add(Announcements(client, calendar).commands())
    registry.add(TutorPolicies(client, calendar).commands())
    registry.add(Notices(client).commands())
    registry.add(People(client, calendar).commands())
    registry.add(Rosters(client).commands())
    registry.add(SignInLinks(client, calendar).commands())
    registry.add(Audit(client, calendar).commands())
    registry.add(Account(client, registry).commands())
    registry.add(ChatSettings(calendar).commands())
    registry.add(Cluster(client).commands())
    return registry


__all__ = ["Calendar", "build_registry"]
