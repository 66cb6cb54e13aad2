"""Questions to the tutor: asked by the leader, answered once, kept while the tutor or the leader is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

from lms_cluster import tutor_delays, tutor_dispatch
from lms_cluster.local.ports import free_ports
from lms_cluster.tutor_dispatch import AT_ONCE
from protos.lms_pb2 import (
    EVENT_KIND_QUERY_ANSWERED,
    EVENT_KIND_TUTOR_DELAYED,
    EVENT_KIND_TUTOR_OFF,
    KIND_MATERIAL,
    KIND_QUERY,
    QUERY_STATE_PENDING,
    RECIPIENT_INSTRUCTOR,
    RECIPIENT_TUTOR,
    TUTOR_POLICY_HINT,
    TUTOR_POLICY_OFF,
    TUTOR_POLICY_QUOTE,
    Filter,
    GetClusterStatusRequest,
    NewAnnouncement,
    NewAnswer,
    NewFollowUp,
    NewMaterial,
    NewQuery,
    NewTutoring,
    Query,
    WatchRequest,
)
from tests.lms_cluster.services.cluster import Person, RunningCluster, eventually
from tests.lms_cluster.services.tutor import SmallTutor


@pytest.fixture
async def tutor() -> AsyncIterator[SmallTutor]:
    """Not started yet."""
    tutor = SmallTutor(f"127.0.0.1:{free_ports(1)[0]}")
    yield tutor
    await tutor.stop()


@pytest.fixture
async def cluster(
    tmp_path: Path, tutor: SmallTutor, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RunningCluster]:
    monkeypatch.setattr(tutor_delays, "AWAY_SECONDS", 0.5)
    cluster = RunningCluster(tmp_path, tutor.address)
    await cluster.start()
    yield cluster
    await cluster.stop()


async def ask(person: Person, text: str, node_id: str = "n1") -> str:
    posted = await person.post(node_id, query=NewQuery(text=text, recipient=RECIPIENT_TUTOR))
    assert posted.item.query.state == QUERY_STATE_PENDING
    return posted.item.id


async def query(person: Person, query_id: str, node_id: str) -> Query:
    (item,) = (await person.get(node_id, kind=KIND_QUERY, id=query_id)).items
    return item.query


async def answered(person: Person, query_id: str, node_id: str) -> Query:
    async def probe() -> Query | None:
        found = await query(person, query_id, node_id)
        return found if found.answers else None

    found = await eventually(probe)
    assert found is not None
    return found


async def test_the_tutor_answers_from_the_materials_and_is_asked_once(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    await tutor.start()
    people = await cluster.populate()
    file = await people["grace"].upload(b"# Quorums\nTwo majorities always share a member.\n", name="q.md")
    await people["grace"].post(material=NewMaterial(title="Quorums", file=file))
    query_id = await ask(people["ada"], "What do two majorities share?", "n2")
    (answer,) = (await answered(people["ada"], query_id, "n3")).answers
    assert (answer.text, answer.by_tutor, answer.model) == (
        "Two majorities always share a member.",
        True,
        "small",
    )
    (citation,) = answer.citations
    assert (citation.material_id, citation.material_title, citation.place) == ("M1", "Quorums", "section 1")
    (material,) = (await people["ada"].get("n2", kind=KIND_MATERIAL, id="M1")).items
    assert material.material.text[citation.start : citation.end] == citation.quote
    assert citation.heading == "Quorums"
    assert tutor.asked == [query_id]


async def test_a_question_waits_for_a_tutor_that_is_away_and_its_asker_is_told_once(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    people = await cluster.populate()
    ada = people["ada"]
    watch = cluster.lms("n2").Watch(WatchRequest(), metadata=ada.metadata)
    await anext(aiter(watch))
    query_id = await ask(ada, "Is anybody there?")
    delayed = await anext(aiter(watch))
    assert (delayed.kind, delayed.item.id) == (EVENT_KIND_TUTOR_DELAYED, query_id)
    assert (await people["grace"].post(announcement=NewAnnouncement(text="still open"))).item.id
    assert not (await query(ada, query_id, "n3")).answers

    await tutor.start()
    assert (await answered(ada, query_id, "n1")).answers[0].abstained
    kinds = []
    while EVENT_KIND_QUERY_ANSWERED not in kinds:
        kinds.append((await anext(aiter(watch))).kind)
    assert EVENT_KIND_TUTOR_DELAYED not in kinds
    watch.cancel()


async def test_every_asker_is_told_when_more_wait_than_are_asked_at_once(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    people = await cluster.populate()
    watch = cluster.lms("n1").Watch(WatchRequest(), metadata=people["ada"].metadata)
    await anext(aiter(watch))
    asked = {await ask(people["ada"], f"Question {n}?") for n in range(AT_ONCE + 3)}
    assert {(await anext(aiter(watch))).item.id for _ in asked} == asked
    watch.cancel()


async def test_a_new_leader_takes_over_what_is_pending(cluster: RunningCluster, tutor: SmallTutor) -> None:
    people = await cluster.populate()
    leader = await eventually(cluster.leader)
    ids = [await ask(people["ada"], f"Question {n}?", leader) for n in range(3)]
    await cluster.stop_node(leader)
    await tutor.start()
    (other, _) = cluster.nodes
    for query_id in ids:
        assert (await answered(people["ada"], query_id, other)).answers
    assert sorted(tutor.asked) == sorted(ids)


@pytest.mark.parametrize("text", ["Do the impossible", "Do something strange"])
async def test_a_question_the_tutor_will_never_answer_is_given_up_with_a_word(
    cluster: RunningCluster, tutor: SmallTutor, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(tutor_dispatch, "RETRY_SECONDS_MIN", 0.01)
    await tutor.start()
    people = await cluster.populate()
    query_id = await ask(people["ada"], text)
    (answer,) = (await answered(people["ada"], query_id, "n2")).answers
    assert answer.abstained
    assert "instructor" in answer.text


async def test_a_question_handed_to_the_instructors_meanwhile_has_the_tutors_late_answer_and_still_waits(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    people = await cluster.populate()
    query_id = await ask(people["ada"], "Is anybody there?")
    await people["ada"].post(follow_up=NewFollowUp(query_id=query_id))
    await tutor.start()
    late = await answered(people["ada"], query_id, "n2")
    assert [answer.by_tutor for answer in late.answers] == [True]
    assert late.state == QUERY_STATE_PENDING
    waiting = await people["grace"].get(kind=KIND_QUERY, filter=Filter(pending=True))
    assert query_id in {item.id for item in waiting.items}
    await people["grace"].post(answer=NewAnswer(query_id=query_id, text="I am."))
    whole = await query(people["ada"], query_id, "n3")
    assert [answer.by_tutor for answer in whole.answers] == [True, False]
    assert tutor.asked == [query_id]


async def test_what_an_instructor_published_is_what_the_tutor_answers_from_first(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    await tutor.start()
    people = await cluster.populate()
    file = await people["grace"].upload(b"# Quorums\nQuorums overlap, it is said.\n", name="q.md")
    await people["grace"].post(material=NewMaterial(title="Quorums", file=file))
    posted = await people["ada"].post(
        query=NewQuery(text="Why must quorums overlap?", recipient=RECIPIENT_INSTRUCTOR)
    )
    known = NewAnswer(query_id=posted.item.id, text="Lest two of them differ.", publish=True)
    await people["grace"].post(answer=known)
    query_id = await ask(people["ada"], "Must any two quorums overlap?", "n2")
    (answer,) = (await answered(people["ada"], query_id, "n3")).answers
    (citation,) = answer.citations
    assert (answer.text, citation.material_id) == ("Lest two of them differ.", posted.item.id)


async def test_a_new_policy_holds_for_what_waits_and_no_quote_gets_past_it(
    cluster: RunningCluster, tutor: SmallTutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tutor_dispatch, "RETRY_SECONDS_MIN", 0.01)
    people = await cluster.populate()
    ada, grace = people["ada"], people["grace"]
    file = await grace.upload(b"# Quorums\nTwo majorities always share a member.\n", name="q.md")
    await grace.post(material=NewMaterial(title="Quorums", file=file))
    waiting = await ask(ada, "What do two majorities share?")
    await grace.post(tutoring=NewTutoring(policy=TUTOR_POLICY_HINT))
    await tutor.start()
    (hint,) = (await answered(ada, waiting, "n2")).answers
    assert (hint.text, hint.hint) == ("See M1.", True)
    tutor.obeys = False
    disobeyed = await ask(ada, "What do majorities share?")
    (given_up,) = (await answered(ada, disobeyed, "n2")).answers
    assert (given_up.abstained, list(given_up.citations)) == (True, [])


async def test_what_waits_while_the_tutor_is_off_is_answered_once_it_is_on(
    cluster: RunningCluster, tutor: SmallTutor
) -> None:
    people = await cluster.populate()
    ada, grace = people["ada"], people["grace"]
    watch = cluster.lms("n2").Watch(WatchRequest(), metadata=ada.metadata)
    await anext(aiter(watch))
    waiting = await ask(ada, "Is anybody there?")
    await grace.post(tutoring=NewTutoring(policy=TUTOR_POLICY_OFF))
    kinds = [(await anext(aiter(watch))).kind]
    while EVENT_KIND_TUTOR_OFF not in kinds:
        kinds.append((await anext(aiter(watch))).kind)
    watch.cancel()
    await tutor.start()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(ada, "Is anybody there now?")
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert tutor.asked == []
    await grace.post(tutoring=NewTutoring(policy=TUTOR_POLICY_QUOTE))
    assert (await answered(ada, waiting, "n3")).answers
    assert tutor.asked == [waiting]


async def test_every_node_says_whether_the_tutor_is_there(cluster: RunningCluster, tutor: SmallTutor) -> None:
    async def all_say(expected: bool) -> bool:
        request = GetClusterStatusRequest()
        statuses = [await cluster.admin(node_id).GetClusterStatus(request) for node_id in cluster.nodes]
        return all(status.tutor_reachable == expected for status in statuses)

    assert await all_say(False)
    await tutor.start()
    await eventually(lambda: all_say(True))
    status = await cluster.admin("n1").GetClusterStatus(GetClusterStatusRequest())
    assert (status.tutor_model, status.tutor_generates) == ("small", True)
    assert (status.tutor_queue, status.tutor_queue_limit) == (3, 32)
    await tutor.stop()
    await eventually(lambda: all_say(False))
