"""`mlplat drift` as a user meets it: sides that cannot be read, statuses, environments, the words for structures."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mlplat.cli.main import cli
from mlplat.cluster.live import LiveState, Unread, UnreadKind
from mlplat.compiler.pipeline import compile_platform
from mlplat.drift.explain import words_for
from mlplat.drift.report import NoteReason
from mlplat.drift.sources import Question, prepare

ROOT = Path(__file__).parents[2]
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: team}\ndata: {answer: on, time: 1:30}\n"


def drift(*arguments: str, root: Path | None = None, stdin: str | None = None) -> Result:
    where = ["-C", str(root)] if root is not None else []
    return CliRunner().invoke(cli, [*where, "drift", *arguments], standalone_mode=False, input=stdin)


def report(done: Result) -> dict[str, Any]:
    assert done.exception is None, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    declared, live = tmp_path / "declared.yaml", tmp_path / "live.yaml"
    declared.write_text(MAP)
    live.write_text(MAP)
    return declared, live


def test_in_sync_is_status_0(sides: tuple[Path, Path]) -> None:
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert (done.return_value, done.stdout) == (0, "in sync: 1 object\n")


def test_a_kind_without_objects_is_status_3_or_missing(sides: tuple[Path, Path]) -> None:
    sides[1].write_text("apiVersion: v1\nkind: List\nitems: []\n")
    assert drift("--declared", str(sides[0]), "--live", str(sides[1])).return_value == 3
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]), "--complete", "-o", "json")
    assert done.return_value == 2
    assert [one["class"] for one in report(done)["findings"]] == ["missing"]


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 10)
)
"""Ten lines that stand for three and a half thousand million values."""


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ("a: [1\n", "error[MLP702]: `live` is not well-formed YAML (line 2, column 1)"),
        ("just text\n", "error[MLP704]: `live`, document 1 is no Kubernetes object"),
        ("kind: ConfigMap\n", "it has no `apiVersion` and `kind`"),
        ("apiVersion: v1\nkind: ConfigMap\n", "it has no `metadata.name`"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: hunter22\n", "not well-formed"),
        ("apiVersion: v1\nkind: List\nitems: [null]\n", "document 1, item 0 is no Kubernetes object"),
        (MAP + LAUGHS, "error[MLP703]: `live` holds aliases that repeat more than 200,000 values (line 10, column 5)"),
        (MAP + "more: &more {again: *more}\n", "holds an alias of itself (line 5, column 7)"),
        (MAP + "more: " + "[" * 5000 + "]" * 5000, "error[MLP703]: `live` nests deeper than 200 levels (line 5"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "error[MLP703]: `live` nests deeper than 200 levels"),
        ('{"a":' * 300 + "1" + "}" * 300, "error[MLP703]: `live` nests deeper than 200 levels"),
        (MAP.encode("utf-16"), "error[MLP701]: cannot read `live`: it is UTF-16, not UTF-8"),
        (MAP.encode() + b"more: \xe9\n", "error[MLP701]: cannot read `live`: byte 0xe9 in line 5 is not UTF-8"),
        (MAP + "data: {x: y}\n", "error[MLP702]: `live` has a key twice in one mapping (line 5, column 1)"),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: hunter22, b: x, a: hunter22}\n",
            "`live` has a key twice in one mapping (line 4, column 27)",
        ),
        ('{"kind": "a", "kind": "b"}', "error[MLP702]: `live` has a key twice in one mapping"),
        ('{"kind": "a"}\n{"kind": "b", "kind": "c"}', "error[MLP702]: `live` has a key twice in one mapping"),
        (b"\0" * 1000, "error[MLP702]: `live` is not well-formed YAML"),
    ],
)
def test_a_dump_that_cannot_be_read_is_an_error(sides: tuple[Path, Path], live: str | bytes, said: str) -> None:
    sides[1].write_bytes(live if isinstance(live, bytes) else live.encode())
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert (done.exception, done.return_value, done.stdout) == (None, 1, "")
    assert said in done.stderr.replace(str(sides[1]), "live")
    assert "  = help: " in done.stderr
    assert "hunter22" not in done.stderr


@pytest.mark.parametrize(("first", "hinted"), [("Warning: v1 Endpoints is deprecated: no\n", True), ("", False)])
def test_a_line_of_kubectl_before_a_dump_is_hinted_at(sides: tuple[Path, Path], first: str, hinted: bool) -> None:
    sides[1].write_text(first + MAP + "more: [1\n")
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert "error[MLP702]" in done.stderr
    assert ("is there a line of kubectl before the document?" in done.stderr) == hinted


def test_dump_commands_compare_from_anywhere_and_keep_secrets_out_of_the_work_tree(tmp_path: Path) -> None:
    platform, elsewhere, tools = tmp_path / "the platform", tmp_path / "elsewhere", tmp_path / "bin"
    for folder in (platform, elsewhere, tools):
        folder.mkdir()
    (platform / "one.yaml").write_text(MAP)
    commands = drift("--declared", "one.yaml", "--dump-commands", root=platform).stdout
    (tools / "kubectl").write_text(f"#!/bin/sh\ncat <<'END'\n{MAP}END\n")
    (tools / "mlplat").write_text(f'#!/bin/sh\nexec {sys.executable} -m mlplat.cli "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    done = subprocess.run(["sh", "-c", commands], cwd=elsewhere, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "in sync: 1 object\n"), done.stderr
    assert list(elsewhere.iterdir()) == []
    assert [one.name for one in platform.iterdir()] == ["one.yaml"]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("", "error[MLP705]: `declared` declares nothing to compare with"),
        ("# only words\n---\n---\n", "error[MLP705]"),
        ("apiVersion: v1\nkind: List\nitems: null\n", "error[MLP705]"),
        (MAP + LAUGHS, "error[MLP007]: the document holds aliases that repeat more than 200,000 values"),
        (MAP + "more: " + "[" * 5000 + "]" * 5000, "error[MLP007]: this document nests deeper than 200 levels"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "error[MLP007]: this document nests deeper than 200 levels"),
        (MAP + "more: " + "[" * 300 + "]" * 300, "error[MLP007]: the document nests deeper than 200 levels"),
        ('{"a":' * 300 + "1" + "}" * 300, "error[MLP007]: the document nests deeper than 200 levels"),
        (MAP.encode("utf-16"), "error[MLP701]: cannot read `declared`: it is UTF-16, not UTF-8"),
        (MAP + "more: \0\n", "error[MLP001]"),
    ],
)
def test_a_declared_side_that_says_nothing_is_an_error(
    sides: tuple[Path, Path], declared: str | bytes, said: str
) -> None:
    sides[0].write_bytes(declared if isinstance(declared, bytes) else declared.encode())
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert (done.exception, done.return_value, done.stdout) == (None, 1, "")
    assert said in done.stderr.replace(str(sides[0]), "declared")


def test_a_folder_without_manifests_declares_nothing(sides: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "README.txt").write_text("nothing")
    done = drift("--declared", str(folder), "--live", str(sides[1]))
    assert (done.return_value, "MLP705" in done.stderr, "`.json`" in done.stderr) == (1, True, True)


def test_what_is_written_out_may_nest_and_grow(sides: tuple[Path, Path]) -> None:
    deep = MAP.replace("data: {", 'data: {deep: "' + "[" * 2000 + '", ') + "more: " + "[" * 150 + "]" * 150 + "\n"
    shared = "shared: &shared {a: b}\nagain: [" + ", ".join(["*shared"] * 500) + "]\n"
    for side in sides:
        side.write_text(f"\ufeff{deep}{shared}".replace("\n", "\r\n"), encoding="utf-8")
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert (done.exception, done.return_value) == (None, 0)


def test_an_empty_dump_is_unknown_and_never_complete(sides: tuple[Path, Path]) -> None:
    sides[1].write_text("")
    assert drift("--declared", str(sides[0]), "--live", str(sides[1])).return_value == 3
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]), "--complete")
    assert (done.return_value, "MLP708" in done.stderr) == (1, True)


def test_an_object_that_a_dump_holds_in_two_states_is_named(sides: tuple[Path, Path]) -> None:
    sides[1].write_text(MAP.replace("answer: on", "answer: off") + "---\n" + MAP)
    found = report(drift("--declared", str(sides[0]), "--live", str(sides[1]), "-o", "json"))
    assert found["findings"] == []
    assert [note["object"]["name"] for note in found["notes"] if note["reason"] == "dumped-twice"] == ["one"]


def test_thousands_of_arguments_in_another_order_are_compared(sides: tuple[Path, Path]) -> None:
    arguments = [f"--arg-{number}={number}" for number in range(6000)]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one", "namespace": "team"}}
    for side, args in zip(sides, (arguments, sorted(arguments, key=lambda one: one[::-1])), strict=True):
        side.write_text(json.dumps({**pod, "spec": {"containers": [{"name": "main", "image": "a:1", "args": args}]}}))
    found = report(drift("--declared", str(sides[0]), "--live", str(sides[1]), "-o", "json"))
    assert len(found["findings"]) > 1000
    assert all("/spec/containers/0/args/" in one["pointer"] for one in found["findings"])


def test_a_declared_side_with_errors_is_an_error(sides: tuple[Path, Path]) -> None:
    sides[0].write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n")
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]))
    assert done.return_value == 1
    assert "MLP403" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--live", "-"], "`--env ENV` or `--declared FILE`"),
        (["--env", "prod", "--declared", "x", "--live", "-"], "one of the two"),
        (["--declared", "-", "--live", "-"], "cannot both be standard input"),
    ],
)
def test_misuse_is_one_sentence(arguments: list[str], said: str) -> None:
    assert said in str(drift(*arguments).exception)


def test_a_side_that_is_not_there_is_a_finding() -> None:
    done = drift("--declared", "absent.yaml", "--live", "absent.yaml")
    assert (done.return_value, "error[MLP701]: cannot read `absent.yaml`" in done.stderr) == (1, True)


def test_a_cluster_that_cannot_be_meant_is_a_finding(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    done = drift("--env", "prod", "--kubeconfig", str(kubeconfig), root=ROOT)
    assert (done.return_value, "error[MLP706]: there is no kubeconfig" in done.stderr) == (1, True)
    users = [{"name": "user", "user": {"token": "secret-token-value"}}]
    clusters = [{"name": "cluster", "cluster": {"server": "https://127.0.0.1:1"}}]
    contexts = [{"name": "elsewhere", "context": {"cluster": "cluster", "user": "user"}}]
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "elsewhere"}
    kubeconfig.write_text(json.dumps({**config, "users": users, "clusters": clusters, "contexts": contexts}))
    done = drift("--env", "prod", "--kubeconfig", str(kubeconfig), root=ROOT)
    assert (done.return_value, "error[MLP707]: the kubeconfig leads to https://127.0.0.1:1" in done.stderr) == (1, True)
    done = drift("--env", "prod", "--kubeconfig", str(kubeconfig), "--context", "prod", root=ROOT)
    assert (done.return_value, "there are: elsewhere" in done.stderr) == (1, True)
    assert "secret-token-value" not in done.stderr


def test_an_applier_is_a_name_with_an_operation(sides: tuple[Path, Path]) -> None:
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]), "--applier", "a:Patch")
    assert "`a:Patch` is no applier" in str(done.exception)


def test_lists_streams_folders_and_standard_input_are_the_same_dump(sides: tuple[Path, Path], tmp_path: Path) -> None:
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "team"}}
    body["data"] = {"answer": "on", "time": "1:30"}
    bare = {key: value for key, value in body.items() if key not in ("apiVersion", "kind")}
    folder = tmp_path / "dump"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one.json").write_text(json.dumps(body))
    texts = [
        json.dumps({"apiVersion": "v1", "kind": "List", "items": [body]}),
        json.dumps({"apiVersion": "v1", "kind": "ConfigMapList", "items": [bare]}),
        f"{json.dumps(body)}\n{json.dumps(body)}",
        f"---\n{MAP}---\n",
    ]
    assert [drift("--declared", str(sides[0]), "--live", "-", stdin=text).return_value for text in texts] == [0] * 4
    assert drift("--declared", str(sides[0]), "--live", str(folder)).return_value == 0


def test_a_typed_list_without_items_says_that_there_are_none(sides: tuple[Path, Path]) -> None:
    for kind, told in (("ConfigMapList", "missing"), ("List", "not-comparable"), ("SecretList", "not-comparable")):
        sides[1].write_text(json.dumps({"apiVersion": "v1", "kind": kind, "items": []}))
        (finding,) = report(drift("--declared", str(sides[0]), "--live", str(sides[1]), "-o", "json"))["findings"]
        assert (kind, finding["class"]) == (kind, told)


def test_what_a_dump_says_was_forbidden_is_not_comparable(sides: tuple[Path, Path]) -> None:
    sides[1].write_text(
        "apiVersion: v1\nkind: Status\nreason: Forbidden\ndetails: {kind: configmaps}\nstatus: Failure\n"
    )
    done = drift("--declared", str(sides[0]), "--live", str(sides[1]), "--complete", "-o", "json")
    assert done.return_value == 3
    (finding,) = report(done)["findings"]
    assert (finding["class"], finding["object"]["name"]) == ("not-comparable", None)


def test_a_finding_points_at_the_line_of_the_manifest(sides: tuple[Path, Path]) -> None:
    sides[1].write_text(MAP.replace("answer: on", "answer: off"))
    (finding,) = report(drift("--declared", str(sides[0]), "--live", str(sides[1]), "-o", "json"))["findings"]
    assert finding["origin"] == {"file": str(sides[0]), "line": 4, "column": 16}
    assert (finding["declared"], finding["live"]) == ("on", "off")


def test_an_environment_does_not_differ_from_itself_and_a_change_has_its_line(tmp_path: Path) -> None:
    for name in ("platform.yaml", "environments", "components"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    bodies = [item.body for item in compile_platform(tmp_path, ("prod",)).objects["prod"].objects]
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
    done = drift("--env", "prod", "--live", str(live), "-o", "json", root=tmp_path)
    assert done.return_value == 0
    assert "stale" in {note["reason"] for note in report(done)["notes"]}, "nothing was built there"
    changed = json.loads(json.dumps(bodies))
    service = next(body for body in changed if body["kind"] == "InferenceService")
    service["spec"]["predictor"]["maxReplicas"] = 97
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": changed}))
    (finding,) = report(drift("--env", "prod", "--live", str(live), "-o", "json", root=tmp_path))["findings"]
    assert finding["pointer"] == "/spec/predictor/maxReplicas"
    assert finding["generated"].startswith("generated/")
    origin = finding["origin"]
    line = (tmp_path / origin["file"]).read_text().splitlines()[origin["line"] - 1]
    assert str(finding["declared"]) in line


def test_an_orphan_of_a_kind_that_nothing_declares_any_more_is_found(tmp_path: Path) -> None:
    for name in ("platform.yaml", "environments", "components"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    side = prepare(Question(str(tmp_path), environment="prod"))
    extra = {one.gvk.kind: one for one in side.requests if one.only_orphans}
    declared = {one.gvk.kind for one in side.requests if not one.only_orphans}
    assert extra, "prod has something of every kind"
    assert not declared & set(extra)
    assert {one.selector for one in extra.values()} == {"mlplat.dev/environment=prod"}
    bodies = [item.body for item in compile_platform(tmp_path, ("prod",)).objects["prod"].objects]
    kind = sorted(extra)[0]
    request = extra[kind]
    left: dict[str, Any] = {
        "apiVersion": request.gvk.api_version,
        "kind": kind,
        "metadata": {
            "name": "left",
            "labels": {"mlplat.dev/environment": "prod"},
            "annotations": {"mlplat.dev/identity": f"x:{request.gvk.group}/{kind}:ns/left"},
        },
    }
    if request.namespaced:
        left["metadata"]["namespace"] = "ns"
    unread = (UnreadKind(request.gvk, Unread.FORBIDDEN, "HTTP 403"),)
    read = side.report(LiveState((*bodies, left), frozenset(one.gvk for one in side.requests), server="https://x"))
    assert [(one.cls, one.object.name) for one in read.findings] == [("orphan", "left")]
    refused = side.report(LiveState(tuple(bodies), frozenset(), unread, server="https://x"))
    assert (refused.findings, refused.complete) == ((), True)
    said = [one.text for one in refused.notes if one.reason == NoteReason.UNSEARCHED]
    assert said == [f"orphans of {kind} were not looked for: forbidden"]
    absent = (UnreadKind(request.gvk, Unread.NOT_INSTALLED, "HTTP 404"),)
    silent = side.report(LiveState(tuple(bodies), frozenset(), absent, server="https://x"))
    assert NoteReason.UNSEARCHED not in {one.reason for one in silent.notes}
    commands = drift("--env", "prod", "--dump-commands", root=tmp_path).stdout
    assert f"{request.plural}.{request.gvk.version}.{request.gvk.group}" in commands
    assert "--selector=mlplat.dev/environment=prod" in commands
    assert request.plural in drift("--env", "prod", "--rbac", root=tmp_path).stdout


def test_plain_manifests_with_a_tracking_label_say_where_orphans_are_looked_for(sides: tuple[Path, Path]) -> None:
    named = ("--declared", str(sides[0]), "--live", str(sides[1]), "-o", "json")
    found = report(drift(*named, "--tracking-label", "a=b"))
    assert [one["text"] for one in found["notes"]] == ["orphans are looked for among what the dump holds"]
    assert report(drift(*named))["notes"] == []
    side = prepare(Question(declared=str(sides[0]), tracking_label="a=b"))
    (note,) = side.report(LiveState(read=frozenset(one.gvk for one in side.requests), server="https://x")).notes
    assert note.text == "orphans are looked for among the declared kinds only: ConfigMap"


def test_a_revision_is_compared_and_an_uncommitted_tree_is_named(tmp_path: Path) -> None:
    for name in ("platform.yaml", "environments", "components"):
        source = ROOT / name
        shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    git = ("git", "-C", str(tmp_path), "-c", "user.name=test", "-c", "user.email=test@example.com")
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "first")):
        subprocess.run([*git, *command], check=True)
    bodies = [item.body for item in compile_platform(tmp_path, ("prod",)).objects["prod"].objects]
    live = tmp_path / "live.json"
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": bodies}))
    platform = tmp_path / "platform.yaml"
    platform.write_text(platform.read_text().replace("  labels:\n", "  labels:\n    extra: label\n", 1))
    now = report(drift("--env", "prod", "--live", str(live), "-o", "json", root=tmp_path))
    assert "uncommitted" in {note["reason"] for note in now["notes"]}
    then = report(drift("--env", "prod", "--live", str(live), "--at", "HEAD", "-o", "json", root=tmp_path))
    assert then["findings"] == []
    assert {note["reason"] for note in then["notes"]} <= {"explained", "unsearched"}
    assert drift("--env", "prod", "--live", str(live), "--at", "nowhere", root=tmp_path).return_value == 1


def test_an_environment_that_is_not_there_has_a_near_miss() -> None:
    assert "did you mean `prod`?" in str(drift("--env", "prd", "--live", "-", root=ROOT, stdin="").exception)


def test_structures_are_explained_by_words_and_only_then() -> None:
    assert words_for({"a": 1}, {"a": 1}) == []
    lines = words_for({"rules": [{"verbs": ["get"]}], "kept": 1}, {"rules": [{"verbs": ["get", "delete"]}], "kept": 1})
    assert lines == ["Item root['rules'][0]['verbs'][1] (\"delete\") added to iterable"]
    assert len(words_for(list(range(40)), list(range(40, 80)))) == 8


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--declared", "x", "--live", "y", "--context", "c"), "--context and --live exclude each other"),
        (("--declared", "x", "--complete"), "--complete goes with --live"),
        (("--env", "prod", "--release", "26.03"), "--release goes with --declared"),
        (("--declared", "x", "--at", "HEAD"), "--at goes with --env"),
        (("--env", "prod", "--watch", "--confirm"), "--confirm and --watch exclude each other"),
        (("--env", "prod", "--rbac", "-o", "json"), "--output and --rbac exclude each other"),
        (("--env", "prod", "--image", "x:1"), "--image goes with --deploy"),
        (("--env", "prod", "--listen", ":1"), "--listen goes with --watch"),
        (("--env", "prod", "--rbac", "--dump-commands"), "--dump-commands and --rbac exclude each other"),
        (("--env", "prod", "--rbac", "--deploy", "cron"), "--deploy and --rbac exclude each other"),
        (("--env", "prod", "--dump-commands", "--deploy", "cron"), "--deploy and --dump-commands exclude each other"),
        (("--env", "prod", "--deploy", "cron", "--applier", "x"), "--applier and --deploy exclude each other"),
        (("--env", "prod", "--deploy", "cron", "--tracking-label", "a=b"), "--tracking-label and --deploy exclude"),
        (("--env", "prod", "--deploy", "cron", "--crds", "x"), "--crds and --deploy exclude each other"),
        (("--env", "prod", "--deploy", "cron", "--at", "HEAD"), "--at and --deploy exclude each other"),
        (("--env", "prod", "--deploy", "cron", "--context", "c"), "--context and --deploy exclude each other"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(options: tuple[str, ...], said: str) -> None:
    assert said in str(drift(*options, root=ROOT).exception)
