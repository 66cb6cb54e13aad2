"""Every command of the bot, in the order in which help and menus show them."""

from __future__ import annotations

from bot.awaited import AwaitedAnswers
from bot.client.api import LmsClient
from bot.commands.account import Account
from bot.commands.assignments import Assignments
from bot.commands.cluster import Cluster
from bot.commands.dates import Calendar
from bot.commands.grading import Grading
from bot.commands.materials import Materials
from bot.commands.notices import Notices
from bot.commands.people import People
from bot.commands.questions import Questions
from bot.commands.results import Results
from bot.commands.settings import ChatSettings
from bot.commands.submissions import Submissions
from bot.core.command import Registry


def build_registry(client: LmsClient, calendar: Calendar, awaited: AwaitedAnswers) -> Registry:
    """`calendar` is the course's clock and time zone; the chats' Notifier shares `awaited`."""
    registry = Registry()
    registry.add(Materials(client, calendar).commands())
    registry.add(Assignments(client, calendar).commands())
    registry.add(Submissions(client, calendar).commands())
    registry.add(Results(client).commands())
    registry.add(Grading(client, calendar).commands())
    registry.add(Questions(client, calendar, awaited).commands())
    registry.add(Notices(client).commands())
    registry.add(People(client).commands())
    registry.add(Account(client, registry).commands())
    registry.add(ChatSettings(calendar).commands())
    registry.add(Cluster(client).commands())
    return registry


__all__ = ["Calendar", "build_registry"]
