"""Asks a real API server for its verdict on every case and writes it to `recorded/`.

    python -m tests.differential.record newest KUBECONFIG
    python -m tests.differential.record release_2603 KUBECONFIG
    python -m tests.differential.record bare KUBECONFIG

The cluster must have the controllers that `sets.py` names, with their webhooks; nothing is stored in it (dryRun=All).
"""

import http.client
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.api_server import Answer, ApiServer
from tests.differential.mutate import HERE, Case, cases
from tests.differential.sets import SETS

_ATTEMPTS = 4


class Server(ApiServer):
    """A server whose verdicts are asked for, by several threads at a time."""

    def call(self, method: str, path: str, body: object = None) -> Answer:
        """Status and body of an answer; 500 of our own for a request at which the server panics.

        That is one whose connection it closes each time without a word, while it answers others. Raises OSError or
        HTTPException for a server that cannot be reached or does not answer: that is no verdict.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self.ask(method, path, body)
            except http.client.RemoteDisconnected:  # or it has closed a connection that nobody used for long
                continue
            except (OSError, http.client.HTTPException):
                if attempt == _ATTEMPTS - 1:
                    raise
        status, answer = self.ask("GET", "/version")
        assert status == 200, (status, answer)
        return 500, {"message": "the server hangs up: it panicked"}

    def verdict(self, case: Case) -> str:
        """Nothing when the server takes the object, else what it says."""
        body = case.body
        metadata = body.get("metadata")
        namespace = metadata.get("namespace", "default") if isinstance(metadata, dict) else "default"
        path = self.path(body["apiVersion"], body["kind"], namespace)
        status, answer = self.call("POST", f"{path}?dryRun=All&fieldValidation=Strict", body)
        if status < 300 or answer.get("reason") == "AlreadyExists":
            return ""
        assert status in (400, 403, 404, 422, 500), (status, answer)
        return str(answer.get("message"))[:120] or "refused"


def main(name: str, kubeconfig: Path) -> None:
    held = SETS[name]
    server = Server(kubeconfig)
    todo = list(cases(held.seeds, held.share))
    with ThreadPoolExecutor(6) as pool:
        verdicts: list[str] = []
        for verdict in pool.map(server.verdict, todo):
            verdicts.append(verdict)
            if len(verdicts) % 1000 == 0:
                print(len(verdicts), flush=True)
    by_seed: dict[str, dict[str, str]] = {}
    for case, verdict in zip(todo, verdicts, strict=True):
        by_seed.setdefault(case.seed, {})[case.name.partition("|")[2]] = verdict
    document = {"programs": held.programs, "versions": held.versions, "verdicts": by_seed}
    path = HERE / "recorded" / f"{name}.json"
    path.write_text(json.dumps(document, indent=0, ensure_ascii=True) + "\n", encoding="utf-8")
    refused = sum(bool(verdict) for verdict in verdicts)
    print(f"{len(todo)} objects, {refused} refused, in {path.name}")
    for case, verdict in zip(todo, verdicts, strict=True):
        if case.name.endswith("||as it is") and verdict:
            print(f"a seed is refused: {case.name}: {verdict}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
