"""What every LmsClient does about people: links, passwords, disabled accounts, rosters, the audit."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from bot.client.api import ImportCounts, LmsClient, LmsError, RosterRow
from tests.world import sign_in


def fresh_id() -> str:
    return secrets.token_hex(16)


async def refusal(act: Awaitable[object]) -> LmsError:
    with pytest.raises(LmsError) as caught:
        await act
    return caught.value


async def newcomer(client: LmsClient) -> str:
    """A student of the test's own, who has no way in yet."""
    username = f"new-{secrets.token_hex(4)}"
    root = await sign_in(client, "root")
    await client.add_user(root, fresh_id(), username, "Somebody New", "student", "")
    return username


class PeopleContract:
    async def test_a_link_signs_in_once(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        (link,) = (await client.make_links(root, fresh_id(), [username])).item
        session = await client.login_by_link(link.code)
        assert (session.user.username, session.user.without_password) == (username, True)
        assert (await client.account(session.token)).username == username
        again = await refusal(client.login_by_link(link.code))
        assert (again.code, again.reason) == ("UNAUTHENTICATED", "LINK_USED")

    async def test_a_repeated_making_of_links_has_no_codes(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        request_id = fresh_id()
        first = await client.make_links(root, request_id, [username])
        again = await client.make_links(root, request_id, [username])
        assert (again.index, again.item[0].username, again.item[0].code) == (first.index, username, "")

    async def test_links_for_newcomers_are_for_all_who_lack_a_way_in(self, client: LmsClient) -> None:
        usernames = sorted([await newcomer(client), await newcomer(client)])
        root = await sign_in(client, "root")
        made = (await client.make_links_for_newcomers(root, fresh_id())).item
        assert {link.username for link in made} >= set(usernames)
        assert all(link.code for link in made)
        assert (await refusal(client.make_links_for_newcomers(root, fresh_id()))).reason == "RULE"

    async def test_a_password_is_set_changed_and_reset(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        (link,) = (await client.make_links(root, fresh_id(), [username])).item
        token = (await client.login_by_link(link.code)).token
        user = (await client.set_password(token, fresh_id(), "", "first password")).item
        assert not user.without_password
        wrong = await refusal(client.set_password(token, fresh_id(), "a guess", "second password"))
        assert wrong.violations == {"old_password": "is wrong"}
        await client.set_password(token, fresh_id(), "first password", "second password")
        link = (await client.reset_password(root, fresh_id(), username)).item
        assert (await refusal(client.account(token))).reason == "SESSION_ENDED"
        assert (await refusal(client.login(username, "second password"))).reason == "BAD_CREDENTIALS"
        assert (await client.login_by_link(link.code)).user.username == username

    async def test_a_disabled_person_is_out_until_enabled_again(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        (link,) = (await client.make_links(root, fresh_id(), [username])).item
        token = (await client.login_by_link(link.code)).token
        await client.set_password(token, fresh_id(), "", "first password")
        assert (await client.set_disabled(root, fresh_id(), username, True)).item.disabled
        assert (await refusal(client.account(token))).reason == "SESSION_ENDED"
        login = await refusal(client.login(username, "first password"))
        assert (login.code, login.reason) == ("PERMISSION_DENIED", "ACCOUNT_DISABLED")
        await client.set_disabled(root, fresh_id(), username, False)
        await client.login(username, "first password")

    async def test_a_roster_is_tried_and_then_imported(self, client: LmsClient) -> None:
        root = await sign_in(client, "root")
        name, number = f"r-{secrets.token_hex(4)}", secrets.token_hex(4)
        rows = [
            RosterRow(name, "Row One", "student", number),
            RosterRow("ada", "Ada", "student"),
        ]
        tried = await client.import_roster(root, fresh_id(), rows, dry_run=True)
        assert tried.item == ImportCounts(added=1, changed=0, unchanged=1)
        assert (await refusal(client.user(root, name))).reason == "NO_SUCH_ITEM"
        await client.import_roster(root, fresh_id(), rows, dry_run=False)
        user = await client.user(root, name)
        assert (user.display_name, user.role, user.sourced_id) == ("Row One", "student", number)
        wrong = [RosterRow("ada", "Ada", "instructor")]
        refused = await refusal(client.import_roster(root, fresh_id(), wrong, dry_run=True))
        assert refused.violations == {"rows[0].role": "ada is a student; a role is not changed"}

    async def test_people_are_found_by_words(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        found = (await client.users(root, username.upper())).items
        assert [user.username for user in found] == [username]

    async def test_the_audit_tells_who_did_what_to_whom(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        receipt = await client.make_links(root, fresh_id(), [username])
        newest, added = (await client.audit(root, object_=username)).items
        assert (newest.username, newest.deed, newest.object) == ("root", "make sign-in links", username)
        assert (newest.index, newest.term) == (receipt.index, receipt.term)
        assert added.deed == "add users"
        assert {act.username for act in (await client.audit(root, person="root")).items} == {"root"}

    async def test_the_audit_can_begin_at_a_moment(self, client: LmsClient) -> None:
        username, root = await newcomer(client), await sign_in(client, "root")
        (added,) = (await client.audit(root, object_=username)).items
        assert (await client.audit(root, object_=username, since=added.time)).items == (added,)
        later = added.time + timedelta(milliseconds=1)
        assert (await client.audit(root, object_=username, since=later)).items == ()

    async def test_a_backup_is_saved_and_told_where(self, client: LmsClient) -> None:
        root, ada = await sign_in(client, "root"), await sign_in(client, "ada")
        saved = await client.save_backup(root)
        assert saved.path.endswith(".db")
        assert (saved.size > 0, len(saved.sha256)) == (True, 64)
        assert (await refusal(client.save_backup(ada))).reason == "WRONG_ROLE"
