"""The classroom in memory, for tests and for trying the conversation without a cluster."""

from bot.client.fake.client import FakeLmsClient, Tutor

__all__ = ["FakeLmsClient", "Tutor"]
