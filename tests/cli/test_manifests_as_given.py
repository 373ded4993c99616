"""What `check --manifests` takes (several paths, documents one behind the other, lists as the API answers them), and
what it does not pass over in silence."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mlplat.cli.main import cli

GOOD = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "good"}, "data": {"a": "1"}}\n'
BAD = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "bad"}, "data": {"a": 1}}\n'
JOB = """
apiVersion: batch/v1
kind: Job
metadata: {generateName: run-}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "x:1", comand: [a]}]}}}
---
"""


def check(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, ["check", *arguments], input=given)


def findings(*arguments: str, given: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check(*arguments, "-o", "json", given=given).stdout)["findings"]
    return found


def test_every_path_that_is_named_is_judged(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(GOOD)
    (tmp_path / "bad.json").write_text(BAD)
    paths = (str(tmp_path / "bad.json"), str(tmp_path / "good.json"))
    assert [one["code"] for one in findings("--manifests", paths[0], "--manifests", paths[1])] == ["MLP413"]


def test_json_documents_one_behind_the_other_are_documents() -> None:
    (found,) = findings("--manifests", "-", given=GOOD + BAD)
    assert (found["object"]["name"], found["document"], found["line"], found["column"]) == ("bad", 2, 2, 86)


def test_a_list_of_the_api_says_the_kind_of_its_items() -> None:
    items = '[{"metadata": {"name": "bad"}, "data": {"a": 1}}]'
    (found,) = findings("--manifests", "-", given=f'{{"apiVersion": "v1", "kind": "ConfigMapList", "items": {items}}}')
    assert (found["code"], found["object"]["kind"]) == ("MLP413", "ConfigMap")


def test_a_name_that_the_server_will_give_is_not_known_and_not_there_twice() -> None:
    found = findings("--manifests", "-", given=JOB * 2)
    assert [(one["code"], one["object"]["name"]) for one in found] == [("MLP413", None)] * 2


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: \xff\n")
    (tmp_path / "b.json").write_text(BAD)
    assert [one["code"] for one in findings("--manifests", str(tmp_path))] == ["MLP001", "MLP413"]


def test_folders_of_tools_hold_no_manifests(tmp_path: Path) -> None:
    for folder in (".github", "node_modules/a"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "bad.json").write_text(BAD)
    (tmp_path / "good.json").write_text(GOOD)
    assert findings("--manifests", str(tmp_path)) == []


@pytest.mark.parametrize("given", ["", " \n"])
def test_nothing_to_judge_is_no_success(given: str, tmp_path: Path) -> None:
    for where in ("-", str(tmp_path)):
        done = check("--manifests", where, given=given)
        assert (done.exit_code, "nothing was judged" in done.output) == (1, True)


def test_a_path_of_a_variable_that_is_not_set_is_not_this_folder() -> None:
    assert "a path is empty" in check("--manifests", "").output
