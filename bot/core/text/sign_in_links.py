"""What is said about one-time sign-in links."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.language import Phrase, tr, trn

LINKCODE_SUMMARY = Phrase("make one-time sign-in links")
RESETPASSWORD_SUMMARY = Phrase("void a password and make a sign-in link")
WHO_PROMPT = Phrase("For whom? User names, or newcomers: everybody who has no way in yet.")
NEWCOMERS = Phrase("Everybody who has no way in yet")
TOO_MANY = Phrase("At most 1,000 people at once.")
PRIVATE = Phrase("Give it to that person alone: whoever opens it first is signed in as them.")
ALL_PRIVATE = Phrase("Give each to its person alone: whoever opens one first is signed in as that person.")
RESET_DETAILS = Phrase(
    "Their password is void at once, every session of theirs ends, and you get a one-time sign-in link "
    "for them."
)
NOT_ONES_OWN = Phrase("You cannot reset your own password: change it, or let another administrator reset it.")
FILE_NAME = "sign-in-links.csv"
COLUMNS = ("username", "name", "link", "expires")
MAKE_ANOTHER = Phrase("Make another")


def link_made(username: str) -> str:
    return tr("A sign-in link for {username}", username=username)


def links_made(count: int) -> str:
    return trn(count, "{count} sign-in link", "{count} sign-in links")


def good_until(when: str) -> str:
    return tr("It opens once, until {when}; an earlier link of theirs is void.", when=when)


def all_good_until(when: str) -> str:
    return tr("Each opens once, until {when}; earlier links of these people are void.", when=when)


def not_shown_again(usernames: Sequence[str]) -> str:
    """Of links whose codes are gone."""
    return trn(
        len(usernames),
        "The link for {usernames} was made before and cannot be shown again. Make another.",
        "The links for {usernames} were made before and cannot be shown again. Make others.",
        usernames=" ".join(usernames),
    )


def reset_question(display_name: str, username: str) -> str:
    return tr("Reset the password of {name} ({username})?", name=display_name, username=username)


def password_reset(username: str) -> str:
    return tr("The password of {username} is void", username=username)
