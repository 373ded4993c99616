"""The registry of finding codes. A number is never reused and never given another meaning.

The first digit names who speaks: 0 load, 1 schema, 2 references, 3 policy and capacity, 4 lowering, 5 emit, 6 render,
7 drift (`79x`: could not tell), 8 diff, 9 users' own rules. To add a code, add one line to its band and write
`docs/errors/<code>.md`; the slug is the name of the rule's file and names the pattern found, not the cure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mlplat.diagnostics.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Code:
    """What is fixed about a code: its slug, a title for lists, and the severity when nobody has chosen another."""

    code: str
    slug: str
    title: str
    severity: Severity = Severity.ERROR

    @property
    def page(self) -> str:
        """Where the page of this code lies, relative to the repository of mlplat."""
        return f"docs/errors/{self.code}.md"


LOAD = (
    Code("MLP001", "yaml-syntax", "a file is not well-formed YAML"),
    Code("MLP002", "unreadable-file", "a file or folder cannot be read"),
    Code("MLP003", "duplicate-key", "a key is written twice in one mapping"),
    Code("MLP004", "ambiguous-number", "a number that readers of YAML do not agree on"),
    Code("MLP005", "merge-key", "a YAML merge key"),
    Code("MLP006", "unknown-tag", "a YAML tag that means nothing here"),
    Code("MLP007", "oversized-document", "a document that grows or nests beyond reason"),
    Code("MLP008", "non-string-key", "a key that is not text"),
    Code("MLP009", "forbidden-character", "a character that must not stand in a file"),
    Code("MLP010", "missing-header", "a document without apiVersion, kind or metadata.name"),
    Code("MLP011", "unknown-kind", "a document of a kind that does not exist"),
    Code("MLP012", "duplicate-document", "two documents with the same kind and name"),
    Code("MLP013", "misplaced-document", "a document or file that is in the wrong folder"),
    Code("MLP014", "missing-platform", "no Platform document in the repository"),
    Code("MLP015", "missing-environment", "a folder of environments without an Environment document"),
)

SCHEMA = (
    Code("MLP101", "missing-field", "a field that must be there is not"),
    Code("MLP102", "wrong-type", "a value of another sort than the field takes"),
    Code("MLP103", "unknown-field", "a field that does not exist"),
    Code("MLP104", "unknown-choice", "a value that is not one of the field's values"),
    Code("MLP105", "malformed-text", "a text that does not have the form of its field"),
    Code("MLP106", "number-out-of-range", "a number that is too small or too large"),
    Code("MLP107", "contradictory-fields", "fields that do not go together, or say too little together"),
    Code("MLP108", "wrong-entry-count", "a list or map with too few or too many entries"),
    Code("MLP110", "duplicate-item", "two items with the same key in one list"),
    Code("MLP111", "misplaced-directive", "`$delete` or `$replace` where it means nothing"),
    Code("MLP112", "nothing-to-delete", "something is deleted that is not inherited"),
)

REFERENCES = (
    Code("MLP201", "unknown-reference", "a name of a document that does not exist"),
    Code("MLP202", "reference-to-another-team", "a name of a document that another team owns"),
    Code("MLP203", "unknown-node-pool", "a name of a node pool that does not exist"),
    Code("MLP204", "unknown-storage-class", "a name of a storage class that does not exist"),
    Code("MLP205", "unknown-parent", "an environment that extends one that does not exist"),
    Code("MLP206", "inheritance-circle", "an environment that inherits from itself"),
    Code("MLP207", "unknown-exclusion", "an exclusion of a document that is not inherited"),
    Code("MLP208", "malformed-document-name", "a text that does not name a document as `Kind/name`"),
    Code("MLP209", "unknown-promotion", "a promotion to an environment that does not exist"),
    Code("MLP210", "unknown-release", "a Kubeflow release that mlplat does not know"),
    Code("MLP211", "unknown-platform-component", "a version for a platform component that mlplat does not know"),
    Code("MLP212", "unknown-component-version", "a component version that mlplat does not know"),
    Code("MLP213", "unknown-kubernetes-version", "a Kubernetes version that mlplat does not know"),
    Code("MLP214", "conflicting-components", "two components that one cluster cannot both have"),
    Code("MLP215", "override-of-nothing", "a document that completes an inherited one which is not inherited"),
    Code("MLP216", "unsynced-promotion", "a promotion to an environment that is never synced"),
)

POLICY = (
    Code("MLP301", "invalid-name", "a name that the objects made from a document cannot have"),
    Code("MLP302", "credential-literal", "a credential written into a specification"),
    Code("MLP303", "storage-without-credentials", "data or a model in a storage that nobody has credentials for"),
    Code(
        "MLP304",
        "access-mode-mismatch",
        "a volume that several pods mount and only one can, or that is written and cannot be",
    ),
    Code("MLP305", "missing-source", "a component whose folder of code does not exist"),
    Code("MLP306", "class-lacks-access-mode", "a volume with an access mode that its storage class does not offer"),
    Code("MLP307", "volume-without-size", "a volume without a size"),
    Code("MLP308", "no-node-pool-fits", "pods that fit on no node of the environment"),
    Code("MLP309", "never-admitted", "a workload that quota, limits or queue never let start"),
    Code(
        "MLP310", "shared-claim", "workloads that share a volume which one node at a time can mount", Severity.WARNING
    ),
    Code("MLP311", "missing-resources", "a container without requests or limits", Severity.WARNING),
    Code("MLP312", "moving-image", "an image whose content may change under its name", Severity.WARNING),
    Code("MLP313", "control-plane-namespace", "a team in a namespace of the control plane"),
    Code("MLP314", "queue-not-allowed", "a queue that the team may not use"),
    Code("MLP315", "unknown-priority", "a priority that the queue does not have"),
    Code("MLP316", "queue-flavors-differ", "flavors of one queue that do not list the same resources"),
    Code("MLP317", "shared-flavor-differs", "a flavor that two queues describe differently"),
    Code("MLP318", "shared-priority-differs", "a priority that two queues describe differently"),
    Code("MLP319", "lending-beyond-share", "a queue that lends more than its share"),
    Code("MLP320", "namespace-twice", "two teams with one namespace"),
    Code("MLP321", "unit-name-clash", "two units with one name"),
    Code("MLP322", "sealed-strict-shared", "a secret sealed for one namespace that every team is to have"),
    Code("MLP323", "unknown-secret-key", "a key that the secret does not have"),
    Code("MLP324", "reserved-label", "a label that mlplat or Argo CD sets itself"),
    Code("MLP325", "invalid-label", "a label or annotation that the server refuses"),
    Code("MLP326", "mlplat-version-mismatch", "a platform for another version of mlplat"),
    Code("MLP327", "component-missing", "a document that needs a component which is not installed"),
    Code("MLP328", "environment-without-own-cluster", "an environment that does not name its own cluster"),
    Code("MLP329", "two-defaults", "several default storage classes"),
    Code("MLP330", "no-effect", "a field that has no effect in its environment", Severity.WARNING),
    Code("MLP331", "reserved-variable", "an environment variable that a controller sets"),
    Code("MLP332", "framework-without-api", "a training job that nothing in its environment runs"),
    Code("MLP333", "unknown-parameter", "a parameter that the component does not have"),
    Code("MLP334", "missing-parameter", "a required parameter without a value"),
    Code("MLP335", "parameter-value", "a value that the component's parameter does not take"),
    Code("MLP336", "elastic-bounds", "an elastic range that contradicts itself or the number of nodes"),
    Code("MLP337", "checkpoint-off-volume", "checkpoints where nothing is kept"),
    Code("MLP338", "unusable-mount", "a mount that no container starts with, or that hides another"),
    Code("MLP339", "processes-without-accelerators", "more processes in a pod than accelerators", Severity.WARNING),
    Code("MLP340", "strategy-mismatch", "a parallel strategy that the framework does not have"),
    Code("MLP341", "no-shared-memory", "several accelerators in a pod, and no shared memory", Severity.WARNING),
    Code("MLP342", "scale-to-zero", "no replicas at least, in a mode that always keeps one"),
    Code("MLP343", "metric-of-other-mode", "a scaling metric that the deployment mode does not measure"),
    Code("MLP344", "replica-bounds", "more replicas at least than at most"),
    Code("MLP345", "impossible-canary", "a canary that never serves, or that KServe refuses"),
    Code("MLP346", "unknown-model-format", "a model format without a stock runtime", Severity.WARNING),
    Code("MLP348", "unserved-protocol", "a protocol that the stock runtime does not speak", Severity.WARNING),
    Code("MLP349", "unsupported-storage", "a model in a storage that KServe cannot read", Severity.WARNING),
    Code("MLP351", "unprinted-metric", "a metric that the component does not print"),
    Code("MLP352", "repeated-metric", "a metric that is named twice in one objective"),
    Code("MLP353", "trial-counts", "trial counts that contradict each other"),
    Code("MLP354", "search-space", "a search space that contradicts itself"),
    Code("MLP355", "searched-and-fixed", "a parameter that is searched and fixed"),
    Code("MLP356", "search-beyond-bounds", "a search for values that the component does not take"),
    Code("MLP357", "algorithm-setting", "a setting that the search algorithm does not take"),
    Code("MLP358", "unsearchable-space", "a search that the algorithm cannot make"),
    Code("MLP359", "early-stopping", "early stopping that never stops a trial"),
    Code("MLP360", "metrics-collector", "a metrics collector that Katib refuses or that reads nothing"),
    Code("MLP362", "unsupported-trial-kind", "trials of a job kind that Katib does not know"),
    Code("MLP364", "notebook-without-image", "a notebook without an image"),
    Code("MLP365", "queue-never-starts", "a queue that can never start this job"),
    Code("MLP366", "knative-placement", "a service in Knative mode that chooses its nodes", Severity.WARNING),
    Code("MLP367", "misplaced-resource", "a resource that no node has, or that is asked for twice or elsewhere"),
    Code("MLP368", "member-before-istio", "a person whom Istio does not let through", Severity.WARNING),
    Code("MLP369", "impossible-amount", "an amount of a resource that no container can ask for"),
    Code("MLP370", "unheeded-queue", "a queue that does not hold its job back"),
    Code("MLP371", "knative-timeout", "more time for a request than Knative gives", Severity.WARNING),
    Code("MLP372", "secret-type-without-key", "a secret that lacks a key which its type needs"),
    Code("MLP373", "member-is-everybody", "a member of a team that stands for everybody"),
    Code("MLP374", "unheeded-severity", "a severity for a code that does not exist or cannot be changed"),
    Code("MLP398", "unreadable-allowance", "an allowance that cannot be read"),
    Code("MLP399", "unused-allowance", "an allowance that matches nothing", Severity.WARNING),
)

LOWERING = (
    Code("MLP401", "unknown-patch-target", "a patch of an object that is not emitted"),
    Code("MLP402", "inapplicable-patch", "a patch that cannot be applied"),
    Code("MLP403", "headless-manifest", "a hand-written manifest that is not a Kubernetes object"),
    Code("MLP404", "duplicate-manifest", "a hand-written object that is written twice"),
    Code("MLP410", "not-served", "an object of a kind or version that the environment does not serve"),
    Code("MLP411", "unchecked-kind", "an object of a kind whose schema is not known", Severity.WARNING),
    Code("MLP412", "deprecated-api", "an object in a deprecated version of its API", Severity.WARNING),
    Code("MLP413", "malformed-object", "an object that the schema of its kind does not allow"),
    Code("MLP414", "invalid-object-name", "a name that the server refuses for an object"),
    Code("MLP415", "invalid-metadata", "a label or annotation that the server refuses"),
    Code("MLP416", "duplicate-object", "an object that is there twice in one environment"),
    Code("MLP417", "number-for-quantity", "a quantity of a custom resource written as a number"),
    Code("MLP418", "uncanonical-quantity", "a quantity that is stored as another text", Severity.WARNING),
    Code("MLP419", "lost-string", "a text that is lost on the way to the cluster"),
    Code("MLP420", "time-to-live", "a synced run that deletes itself"),
    Code("MLP421", "literal-secret", "a Secret whose values stand in git"),
    Code("MLP422", "literal-credential", "a credential outside of a Secret"),
    Code("MLP423", "control-plane-object", "a workload in a namespace of the control plane"),
    Code("MLP424", "unpinned-image", "an image whose content may change", Severity.WARNING),
    Code("MLP425", "selector-mismatch", "a selector that does not match the object's own pods"),
    Code("MLP426", "malformed-training-job", "a job that the Training Operator refuses"),
    Code("MLP427", "reserved-environment", "a variable that a training controller sets itself"),
    Code("MLP428", "ambiguous-inference-service", "a part of an InferenceService with none or several servers"),
    Code("MLP429", "malformed-experiment", "an Experiment that Katib refuses or reads only in part"),
    Code("MLP430", "missing-namespace", "a hand-written object without a namespace", Severity.WARNING),
    Code("MLP431", "unknown-namespace", "a hand-written object in a namespace that nothing creates"),
    Code("MLP432", "forbidden-pod", "pods that the Pod Security Standard of their namespace refuses"),
    Code("MLP440", "refused-object", "an object that Kubernetes' own validation refuses"),
    Code("MLP441", "undecided-definition", "several definitions of one kind, and no version that decides"),
    Code("MLP442", "broken-cel-rule", "an object that a rule of its definition refuses"),
    Code("MLP443", "impossible-pod", "a template whose pods the server would refuse"),
    Code("MLP444", "refused-train-job", "an object that Trainer's webhooks refuse"),
    Code("MLP445", "refused-queue-object", "an object that Kueue's webhooks refuse"),
    Code("MLP446", "refused-inference-service", "an object that KServe's webhooks refuse"),
    Code("MLP447", "refused-job-set", "an object that JobSet's webhooks refuse"),
    Code("MLP448", "empty-search", "an Experiment with a `min` above its `max`"),
    Code("MLP450", "shared-object", "an object that two environments of one cluster claim"),
    Code("MLP452", "moved-object", "an object that moves to another Argo CD Application", Severity.WARNING),
    Code("MLP453", "immutable-change", "a change that the server refuses"),
    Code("MLP454", "application-twice", "two environments with one name of an Argo CD Application"),
    Code("MLP455", "long-unit-name", "a unit whose name is too long for a label"),
)

EMIT = (
    Code("MLP501", "hand-edited-output", "a generated file that was changed by hand"),
    Code("MLP502", "foreign-output", "a file in `generated/` that no build wrote"),
    Code("MLP503", "unwritable-output", "`generated/` cannot be replaced"),
    Code("MLP504", "stale-output", "`generated/` is stale"),
    Code("MLP505", "unreadable-output", "a generated unit that cannot be read back", Severity.WARNING),
    Code("MLP506", "damaged-manifest", "the list of what builds wrote is missing or damaged"),
)

RENDER = (
    Code("MLP601", "missing-kustomize", "kustomize was not found"),
    Code("MLP602", "old-kustomize", "kustomize is too old"),
    Code("MLP603", "unrenderable-folder", "kustomize cannot render a folder"),
    Code("MLP604", "rendered-otherwise", "an object that kustomize renders otherwise than it was compiled"),
    Code("MLP605", "missing-or-extra-object", "an object that kustomize does not render, or renders too many"),
    Code("MLP606", "remote-base", "a base from the network"),
)

DRIFT: tuple[Code, ...] = (
    Code("MLP701", "unreadable-side", "one side of a comparison cannot be read"),
    Code("MLP702", "malformed-dump", "a dump that is not well-formed"),
    Code("MLP703", "oversized-dump", "a dump that grows or nests beyond reason"),
    Code("MLP704", "foreign-document", "a dump holds something that is no object of a cluster"),
    Code("MLP705", "nothing-declared", "nothing is declared to compare with"),
    Code("MLP706", "no-cluster", "no cluster to compare with"),
    Code("MLP707", "other-cluster", "a kubeconfig that leads to another cluster"),
    Code("MLP708", "empty-dump", "an empty dump that is said to be complete"),
)

DIFF = (
    Code("MLP801", "no-repository", "no git repository to compare with"),
    Code("MLP802", "unknown-revision", "a revision that git does not know or cannot read"),
    Code("MLP803", "no-merge-base", "no place where this branch left the main branch"),
    Code("MLP804", "uncompiled-revision", "a revision that does not compile", Severity.WARNING),
)

OWN_RULES = (
    Code("MLP901", "uncompilable-rule", "a rule of your own whose expression is no CEL"),
    Code("MLP902", "unevaluated-rule", "a rule of your own that cannot be evaluated on an object"),
    Code("MLP903", "mistyped-rule", "a rule of your own that gives neither true nor false"),
    Code("MLP904", "rule-code-twice", "two rules of your own with one code"),
    Code("MLP905", "unmatched-rule", "a rule of your own that looks at no object", Severity.WARNING),
    Code("MLP906", "unbounded-rule", "a rule of your own that takes too long"),
)

ALL: tuple[Code, ...] = (*LOAD, *SCHEMA, *REFERENCES, *POLICY, *LOWERING, *EMIT, *RENDER, *DRIFT, *DIFF, *OWN_RULES)

CODES: Mapping[str, Code] = MappingProxyType({entry.code: entry for entry in ALL})
