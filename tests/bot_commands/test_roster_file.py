"""A roster as schools' systems export it: which columns are read, and what is wrong by its line."""

from __future__ import annotations

import pytest

from bot.client.api import RosterRow
from bot.commands.roster_file import ROWS_MAX, Roster, read_roster
from bot.core.command import BadValue


def read(*lines: str) -> Roster:
    return read_roster("\n".join(lines).encode())


def complaints(*lines: str) -> list[str]:
    """What is wrong, without the headline where lines are named."""
    with pytest.raises(BadValue) as refused:
        read(*lines)
    said = str(refused.value).splitlines()
    return said[1:] or said


def remarks(roster: Roster) -> list[str]:
    return [str(remark) for remark in roster.remarks]


def test_oneroster_s_columns_are_read_in_any_order() -> None:
    roster = read(
        "familyName,givenName,role,username,sourcedId,status,enabledUser,grades,email",
        "Dahl,Dora,student,dora,771,active,true,09,dora@example.org",
        "Falk,Frida,teacher,frida,773,active,TRUE,,",
        "Rot,Root,administrator,boss,774,,1,,",
    )
    assert roster.rows == (
        RosterRow("dora", "Dora Dahl", "student", "771"),
        RosterRow("frida", "Frida Falk", "instructor", "773"),
        RosterRow("boss", "Root Rot", "administrator", "774"),
    )
    assert (roster.lines, roster.left_out, roster.remarks) == ((2, 3, 4), 0, ())


@pytest.mark.parametrize(
    "header",
    ["username,name", "User_Name;Full Name", "login id\tdisplay-name", "USER,NAME", " username , name "],
)
def test_simple_columns_go_by_many_names(header: str) -> None:
    delimiter = next(mark for mark in (";", "\t", ",") if mark in header)
    roster = read(header, f"Dora{delimiter}Dora   Dahl")
    assert roster.rows == (RosterRow("dora", "Dora Dahl", "student", ""),)
    assert remarks(roster) == ["There is no column role, so who is new becomes a student."]


def test_who_is_not_enabled_is_left_out_and_counted() -> None:
    roster = read(
        "username,name,role,status,enabledUser",
        "a1,One,student,active,true",
        "a2,Two,student,tobedeleted,true",
        "a3,Three,student,active,false",
        "a4,Four,student,inactive,",
        "not a name,,dean,active,0",
    )
    assert [row.username for row in roster.rows] == ["a1"]
    assert roster.left_out == 4
    nobody = complaints("username,name,enabledUser", "a1,One,no")
    assert nobody == ["Nobody in that file is enabled, so there is nobody to import."]


def test_who_may_or_may_not_be_enabled_is_not_let_in_unasked() -> None:
    """A spreadsheet that speaks German writes false as FALSCH."""
    assert complaints("username,name,enabledUser", "a1,One,FALSCH", "a2,Two,WAHR", "a3,Three,TRUE") == [
        "line 2: enabledUser: “FALSCH” is neither true nor false",
        "line 3: enabledUser: “WAHR” is neither true nor false",
    ]


def test_passwords_are_not_read_and_said_to_be_there() -> None:
    roster = read("username,name,role,password", "dora,Dora,student,hunter2 hunter2")
    assert "hunter2" not in str(roster)
    assert remarks(roster) == ["There are passwords in that file. I do not use them; please delete it."]


def test_every_mistake_is_named_by_its_line() -> None:
    assert complaints(
        "username,name,role,sourcedId",
        ",Nameless,student,",
        "Dora Dahl,Dora,student,",
        "",
        "emil,,student,",
        f"frida,{'x' * 101},student,",
        "gina,Gina,dean,",
        "hugo,Hugo,,",
        f"ida,Ida,student,{'9' * 101}",
        "IDA,Ida again,student,",
    ) == [
        "line 2: username: there is no user name",
        "line 3: username: “Dora Dahl” is no user name: 2 to 32 of a-z, 0-9, dot, underscore and hyphen",
        "line 5: name: there is no name",
        "line 6: name: a name has at most 100 characters",
        "line 7: role: “dean” is no role; write student, instructor or administrator",
        "line 8: role: there is no role; write student, instructor or administrator",
        "line 9: sourcedId: an id has at most 100 characters",
        "line 10: username: ida stands in line 9 already",
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("name,role", "There is no column username in that file."),
        ("username,role", "There is no column name in that file, nor givenName and familyName."),
    ],
)
def test_a_column_that_is_needed_is_asked_for(header: str, said: str) -> None:
    assert complaints(header, "x,student") == [said]


def test_a_roster_has_an_end() -> None:
    rows = [f"s{number},Student" for number in range(ROWS_MAX)]
    assert len(read("username,name", *rows).rows) == ROWS_MAX
    assert complaints("username,name", *rows, "one.more,Student") == [
        "At most 1000 people can be imported at once. Send the file in parts."
    ]
