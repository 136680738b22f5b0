"""People, keys and the audit log from the command line, on the API in this process."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Prefect


def test_people(prefect: Prefect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    made = prefect("server", "user", "create", "ada", "--role", "admin", "--password-stdin")
    assert (made.code, made.out) == (0, "Created user 'ada' with role admin.\n")
    assert [(each["name"], each["role"]) for each in prefect("server", "user", "ls", "-o", "json").json] == [
        ("ada", "admin")
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    short = prefect("server", "user", "create", "bob", "--password-stdin")
    assert short.code == 1
    assert "body.password" in short.err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert "nobody to ask for the password" in prefect("server", "user", "create", "bob").err
    monkeypatch.setattr("sys.stdin", io.StringIO("battery staple\n"))
    assert prefect("server", "user", "create", "bob", "--password-stdin").code == 0
    assert prefect("server", "user", "update", "bob", "--role", "editor", "--close").out == "Updated user 'bob'.\n"
    assert "closed" in prefect("server", "user", "ls").out
    assert prefect("server", "user", "update", "bob").err == "No update arguments provided.\n"
    assert prefect("server", "user", "delete", "bob").out == "Deleted user 'bob'.\n"
    assert prefect("server", "user", "delete", "bob").err == "User 'bob' not found!\n"


def test_keys(prefect: Prefect) -> None:
    refused = prefect("server", "key", "create", "ci")
    assert refused.code == 1
    assert "Make an account or a key with the role 'admin' first." in refused.err
    assert prefect("server", "key", "create", "root", "--role", "admin").code == 0
    made = prefect("server", "key", "create", "ci", "--role", "runner", "--days", 30)
    assert made.code == 0, made.err
    secret = made.out.strip()
    listed = prefect("server", "key", "ls", "-o", "json").json
    assert [(each["name"], each["role"]) for each in listed] == [("ci", "runner"), ("root", "admin")]
    assert secret.startswith(listed[0]["prefix"])
    assert secret not in prefect("server", "key", "ls").out
    assert prefect("server", "key", "create", "of nobody", "--user", "nobody").err == "User 'nobody' not found!\n"
    assert prefect("server", "key", "revoke", "ci").out == "Revoked key 'ci'.\n"
    assert prefect("server", "key", "revoke", "ci").err == "Key 'ci' not found!\n"
    assert "revoked" in prefect("server", "key", "ls").out


def test_the_audit_log(prefect: Prefect) -> None:
    assert prefect("server", "key", "create", "root", "--role", "admin").code == 0
    entries = prefect("server", "audit", "ls", "--path", "keys", "-o", "json").json
    assert all("keys" in entry["path"] for entry in entries)
    assert prefect("server", "audit", "ls", "--limit", 1).code == 0
    assert prefect("server", "audit", "ls", "--actor", "nobody", "-o", "json").json == []
