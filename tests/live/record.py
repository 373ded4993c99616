"""Plays the stories of `tests/live` on a real control plane and writes down what the API server then holds.

    MLPLAT_TEST_KUBECONFIG=... python -m tests.live.record [CASE ...]

The cluster needs the CRDs of the kinds in the cases, and the controllers of Kueue, Trainer, KServe and the Training
Operator: their traces are part of the cases. Where the controller of a product is not there (Katib, External Secrets,
KEDA, cert-manager, the HPA's metrics), a step writes what it is known to write under its name, and the story says so.

What changes from one recording to the next is made the same: uids, resource versions, and times, which keep their
order. `versions.json` says which programs were there: `MLPLAT_TEST_PROGRAMS` names the controllers with their versions,
as a JSON object; the API server says its own.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlplat.objects.yaml import canonical_order, dump
from tests.live.story import HERE, Story, stories

APPLY, MERGE, PATCH, JSON = (
    "application/apply-patch+yaml",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/json",
)
CLIENT_SIDE = "client-side"
"""In a story, the applier that is kubectl without `--server-side`."""

_SECOND = 1.1
"""Times in managedFields count whole seconds: stages are this far apart, so that their order can be seen."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
Body = dict[str, Any]


class Server:
    """An API server behind `kubectl proxy`, which knows how to log in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}

    def call(self, method: str, path: str, body: Any = None, content: str = JSON) -> Body:
        """One request; raises AssertionError with the server's words when it refuses."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": content}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                found: Body = json.loads(response.read() or b"{}")
                return found
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{method} {path}: {refusal.code} {refusal.read().decode()[:600]}") from None

    def resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        """Plural, and whether the kind is namespaced."""
        key = (api_version, kind)
        if key not in self._resources:
            root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
            for entry in self.call("GET", root)["resources"]:
                if "/" not in entry["name"]:
                    self._resources[(api_version, entry["kind"])] = (entry["name"], entry["namespaced"])
        return self._resources[key]

    def path(self, api_version: str, kind: str, namespace: str, name: str | None) -> str:
        plural, namespaced = self.resource(api_version, kind)
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        scope = f"/namespaces/{namespace}" if namespaced else ""
        return f"{root}{scope}/{plural}" + (f"/{name}" if name else "")


@contextmanager
def proxied(kubeconfig: str) -> Iterator[Server]:
    """The API server of a kubeconfig."""
    command = ["kubectl", "--kubeconfig", kubeconfig, "proxy", "--port=0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"127\.0\.0\.1:\d+", line)
        assert match, f"kubectl proxy said {line!r}"
        yield Server(f"http://{match.group()}")
    finally:
        process.terminate()
        process.wait()


class Play:
    """One story on a cluster. Its namespaced objects that name no namespace live in one of its own."""

    def __init__(self, story: Story, server: Server, kubeconfig: str) -> None:
        self.story = story
        self.server = server
        self.kubeconfig = kubeconfig
        self.namespace = f"{story.name[:50].rstrip('-')}-{secrets.token_hex(4)}"
        self.created: list[Body] = []
        self.failed = False

    def prepare(self) -> None:
        """The namespace, what must be there, and the declared objects as the applier applies them."""
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        self._apply(space, "setup")
        for body in self.story.text.get("before") or ():
            self._apply(body, "setup")
        applier = self.story.text.get("applier", "mlplat")
        if applier == CLIENT_SIDE:
            self._apply_client_side(self.story.declared)
            return
        for body in self.story.declared:
            if "name" in body["metadata"]:
                self._apply(body, applier)

    def do(self, number: int) -> None:
        """One step, if the story has so many."""
        if number < len(self.story.steps):
            step = self.story.steps[number]
            verb = next(
                verb for verb in ("patch", "merge", "scale", "apply", "create", "delete", "wait") if verb in step
            )
            getattr(self, f"_{verb}_step")(step)

    def _apply_client_side(self, bodies: Sequence[Body]) -> None:
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [self._placed(body) for body in bodies]})
        command = ["kubectl", "--kubeconfig", self.kubeconfig, "apply", "-f", "-"]
        subprocess.run(command, input=text, text=True, check=True, capture_output=True)

    def _apply_step(self, step: Mapping[str, Any]) -> None:
        if step["by"] == CLIENT_SIDE:
            self._apply_client_side([step["apply"]])
        else:
            self._apply(step["apply"], step["by"])
        self.created.append(step["apply"])

    def _create_step(self, step: Mapping[str, Any]) -> None:
        body = self._placed(step["create"])
        path = self.server.path(body["apiVersion"], body["kind"], self._space(body), None)
        self.server.call("POST", f"{path}?fieldManager={step['by']}", body)
        self.created.append(step["create"])

    def _patch_step(self, step: Mapping[str, Any]) -> None:
        suffix = f"/{step['subresource']}" if "subresource" in step else ""
        path = self._path(step["patch"]) + suffix
        self.server.call("PATCH", f"{path}?fieldManager={step['by']}", step["with"], PATCH)

    def _merge_step(self, step: Mapping[str, Any]) -> None:
        suffix = f"/{step['subresource']}" if "subresource" in step else ""
        path = self._path(step["merge"]) + suffix
        self.server.call("PATCH", f"{path}?fieldManager={step['by']}", step["with"], MERGE)

    def _scale_step(self, step: Mapping[str, Any]) -> None:
        path = self._path(step["scale"])
        body = {"spec": {"replicas": step["to"]}}
        self.server.call("PATCH", f"{path}/scale?fieldManager={step['by']}", body, MERGE)

    def _delete_step(self, step: Mapping[str, Any]) -> None:
        self.server.call("DELETE", self._path(step["delete"]))

    def _wait_step(self, step: Mapping[str, Any]) -> None:
        path, end = self._path(step["wait"]), time.monotonic() + 60
        while not _has(self.server.call("GET", path), step["for"]):
            assert time.monotonic() < end, f"{self.story.name}: {step['wait']} never had {step['for']}"
            time.sleep(0.3)

    def read(self) -> list[Body]:
        """The dump: every object of the kinds of the case that is in its namespace, and the cluster-scoped by name."""
        bodies = [*self.story.declared, *self.created, *(self.story.text.get("before") or ())]
        dropped = set(self.story.text.get("drop") or ())
        kinds = {(body["apiVersion"], body["kind"]) for body in bodies}
        kinds |= {tuple(str(kind).rsplit("/", 1)) for kind in self.story.text.get("read") or ()}  # type: ignore[misc]
        found: list[Body] = []
        for api_version, kind in sorted(kinds):
            if kind in dropped or api_version in dropped:
                continue
            if self.server.resource(api_version, kind)[1]:
                spaces = {
                    self._space(body) for body in bodies if (body["apiVersion"], body["kind"]) == (api_version, kind)
                }
                for space in sorted(spaces or {self.namespace}):
                    listed = self.server.call("GET", self.server.path(api_version, kind, space, None))
                    found += [{"apiVersion": api_version, "kind": kind, **item} for item in listed["items"]]
            else:
                names = sorted({body["metadata"]["name"] for body in bodies if body["kind"] == kind})
                listed = self.server.call("GET", self.server.path(api_version, kind, "", None))
                found += [
                    {"apiVersion": api_version, "kind": kind, **item}
                    for item in listed["items"]
                    if item["metadata"]["name"] in names
                ]
        without = self.story.text.get("without") or ()
        kept = [one for one in found if not _is_everywhere(one)]
        for one in kept:
            for field in without:
                one["metadata"].pop(field, None)
        return kept

    def end(self) -> None:
        """Takes the case off the cluster; what its finalizers make of that is not waited for."""
        bodies = [*self.story.declared, *self.created, *(self.story.text.get("before") or ())]
        for body in (*bodies, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}):
            if body["kind"] == "Namespace" or not self.server.resource(body["apiVersion"], body["kind"])[1]:
                path = self.server.path(body["apiVersion"], body["kind"], "", body["metadata"]["name"])
                try:
                    self.server.call("DELETE", path)
                except AssertionError:
                    continue

    def _apply(self, body: Body, manager: str) -> None:
        placed = self._placed(body)
        path = self.server.path(placed["apiVersion"], placed["kind"], self._space(body), placed["metadata"]["name"])
        self.server.call("PATCH", f"{path}?fieldManager={manager}&force=true", placed, APPLY)

    def _placed(self, body: Body) -> Body:
        if not self.server.resource(body["apiVersion"], body["kind"])[1]:
            return body
        return {**body, "metadata": {**body["metadata"], "namespace": self._space(body)}}

    def _space(self, body: Mapping[str, Any]) -> str:
        return str(body["metadata"].get("namespace") or self.namespace)

    def _path(self, named: str) -> str:
        kind, name = named.split("/")
        bodies = [*self.story.declared, *self.created, *(self.story.text.get("before") or ())]
        body = next(one for one in bodies if one["kind"] == kind and one["metadata"]["name"] == name)
        return self.server.path(body["apiVersion"], kind, self._space(body), name)


def _is_everywhere(body: Mapping[str, Any]) -> bool:
    """What the control plane puts into every namespace."""
    named = (body["kind"], body["metadata"]["name"])
    return named in (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))


def _has(body: Any, pointer: str) -> bool:
    value = body
    for step in pointer.strip("/").split("/"):
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False
    return True


def made_the_same(bodies: Sequence[Body], namespace: str) -> list[Body]:
    """Objects without what differs between two recordings."""
    text = json.dumps(bodies).replace(namespace, "team")
    times = {stamp: rank for rank, stamp in enumerate(sorted(set(_TIME.findall(text))))}
    text = _TIME.sub(lambda match: f"2026-01-01T00:00:{times[match.group()]:02d}Z", text)
    uids = list(dict.fromkeys(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)))
    for number, uid in enumerate(uids):
        text = text.replace(uid, f"00000000-0000-0000-0000-{number:012d}")
    clean: list[Body] = json.loads(text)
    for body in clean:
        body["metadata"] |= {"resourceVersion": "1"}
        body.pop("status", None)
    return [canonical_order(body) for body in clean]


def play(wanted: Sequence[Story], kubeconfig: str) -> Iterator[tuple[Story, list[Body]]]:
    """Plays stories all at once, stage by stage, and gives what the cluster then holds of each."""
    with proxied(kubeconfig) as server:
        plays = [Play(story, server, kubeconfig) for story in wanted]
        failed: list[str] = []
        try:
            _together(plays, failed, lambda one: one.prepare())
            for number in range(max((len(story.steps) for story in wanted), default=0)):
                time.sleep(_SECOND)
                _together(plays, failed, lambda one, number=number: one.do(number))
            time.sleep(_SECOND)
            for one in plays:
                if not one.failed:
                    yield one.story, made_the_same(one.read(), one.namespace)
        finally:
            for one in plays:
                one.end()
        assert not failed, "\n".join(failed)


def _together(plays: Sequence[Play], failed: list[str], do: Callable[[Play], None]) -> None:
    """One stage of all stories; one that fails does not go on, and the others do."""
    for one in plays:
        if one.failed:
            continue
        try:
            do(one)
        except (AssertionError, subprocess.CalledProcessError) as error:
            one.failed = True
            failed.append(f"{one.story.name}: {error}")


def write(story: Story, bodies: Iterable[Body], folder: Path | None = None) -> None:
    """The dump of a case, as `kubectl get -o yaml --show-managed-fields` prints it."""
    text = dump({"apiVersion": "v1", "kind": "List", "items": list(bodies)})
    (folder or story.folder).joinpath("live.yaml").write_text(text, encoding="utf-8")


def _version(kubeconfig: str) -> str:
    said = subprocess.run(
        ["kubectl", "--kubeconfig", kubeconfig, "version", "-o", "json"], capture_output=True, text=True, check=True
    )
    return str(json.loads(said.stdout)["serverVersion"]["gitVersion"])


def main(names: Sequence[str]) -> None:
    kubeconfig = os.environ["MLPLAT_TEST_KUBECONFIG"]
    wanted = [story for story in stories() if not names or story.name in names]
    for story, bodies in play(wanted, kubeconfig):
        write(story, bodies)
        print(f"{story.name}: {len(bodies)} objects")
    versions = json.loads(
        os.environ.get("MLPLAT_TEST_PROGRAMS") or (HERE / "versions.json").read_text(encoding="utf-8")
    ) | {"kubernetes": _version(kubeconfig)}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
