"""The workflows say what can be run here: each command is a target, each action is pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.M))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def jobs(path: Path) -> dict[str, dict]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


JOBS = [(path, name) for path in WORKFLOWS for name in jobs(path)]
each_job = pytest.mark.parametrize(("path", "name"), JOBS, ids=[f"{p.stem} {n}" for p, n in JOBS])


def commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def plain_commands() -> list[str]:
    """The commands of the README for those without make."""
    block = README.split("Without make:")[1].split("```")[1]
    return block.strip().splitlines()


@each_job
def test_each_command_is_a_target_or_one_of_the_readme_s(path, name):
    for command in commands(jobs(path)[name]):
        if command.startswith("make "):
            assert command.split()[1] in TARGETS, command
        else:
            bare = command.split(" --")[0]
            assert bare in plain_commands(), command


def test_the_plain_target_runs_what_the_other_systems_run():
    here = MAKEFILE.split("\nplain:")[1].split("\n\n")[0]
    for command in commands(jobs(ROOT / ".github/workflows/book.yml")["elsewhere"])[1:]:
        assert command in here
    for command in ("jupyter-book build .", "pytest"):
        assert command in plain_commands()


def test_bytes_are_compared_on_one_system_only():
    (tests,) = [c for c in commands(jobs(WORKFLOWS[0])["elsewhere"]) if c.startswith("pytest")]
    assert '-m "not pinned"' in tests
    assert "--nbval-lax" in tests


def test_the_local_run_and_the_workflow_share_one_list():
    assert "make ci" in commands(jobs(ROOT / ".github/workflows/book.yml")["check"])
    assert re.search(r"^make ci$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.M)
    checks = re.search(r"^CHECKS := (.*)$", MAKEFILE, re.M)
    assert checks
    assert {"lint", "test", "execute-check", "binder"} <= set(checks[1].split()) <= TARGETS


def test_publishing_waits_for_the_job_that_makes_the_site_and_for_no_other():
    book = jobs(ROOT / ".github/workflows/book.yml")
    assert book["publish"]["needs"] == ["check"]
    assert book["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    used = [step.get("uses", "") for step in book["check"]["steps"]]
    assert any(action.startswith("actions/upload-pages-artifact@") for action in used)
    assert book["check"]["runs-on"].startswith("ubuntu")
    assert "strategy" not in book["check"]


def test_every_action_is_pinned_by_commit_and_says_its_version():
    seen: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "uses:" in line:
                found = re.search(r"uses: ([\w/-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$", line)
                assert found, f"{path.name}: {line.strip()}"
                seen.setdefault(found[1], set()).add(found[2])
    assert all(len(commits) == 1 for commits in seen.values()), seen


@each_job
def test_a_job_has_a_limit_and_no_more_permission_than_reading(path, name):
    whole = yaml.safe_load(path.read_text(encoding="utf-8"))
    job = whole["jobs"][name]
    assert job["timeout-minutes"] <= 60
    assert whole["permissions"] == {"contents": "read"}
    assert name == "publish" or "permissions" not in job


def test_nothing_needs_a_signal_or_a_fork_that_windows_lacks():
    for path in (ROOT / "tools").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^import signal|signal\.SIG(?!TERM|INT)", text, re.M), path
        for line in text.splitlines():
            assert not re.search(r"get_context\(\"fork\"\)|os\.fork\(", line), f"{path}: {line}"


def test_updates_are_asked_for_in_groups():
    told = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8"))
    kinds = {update["package-ecosystem"] for update in told["updates"]}
    assert kinds == {"github-actions", "pip", "npm"}
    assert all(update["groups"] for update in told["updates"])


@pytest.mark.parametrize("form", ["mathematics", "problem"])
def test_the_forms_for_issues_are_forms(form):
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert told["name"]
    assert told["description"]
    identifiers = [field["id"] for field in told["body"]]
    assert len(set(identifiers)) == len(identifiers) >= 3
