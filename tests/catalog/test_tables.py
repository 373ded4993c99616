"""Looking up kinds: what is served, by which component, and walking a schema."""

import subprocess
import sys
from importlib.resources import files
from typing import Any

import pytest

from mlplat.catalog import node as nodes
from mlplat.catalog.index import held_versions, kubernetes_versions
from mlplat.catalog.lookup import GIVEN, KindTable, Tables, api_version_key, load_tables
from mlplat.catalog.object_meta import OBJECT_META
from mlplat.catalog.releases import RELEASES
from mlplat.catalog.versions import ComponentVersions, resolve_versions

MEBIBYTE = 2**20


def tables_of(release: str = "26.03", kubernetes: str = "1.34", **overrides: str | None) -> Tables:
    versions = resolve_versions(release, kubernetes, overrides)
    assert isinstance(versions, ComponentVersions), versions
    return load_tables(versions)


def table_of(tables: Tables, api_version: str, kind: str) -> KindTable:
    table = tables.lookup(api_version, kind)
    assert table is not None
    return table


def test_a_kind_says_where_it_comes_from() -> None:
    table = table_of(tables_of(), "trainer.kubeflow.org/v1alpha1", "TrainJob")
    assert (table.plural, table.namespaced, table.component, table.component_version) == (
        "trainjobs",
        True,
        "trainer",
        "2.1.0",
    )
    assert (table.origin.repository, table.origin.tag, table.schema_of) == ("kubeflow/trainer", "v2.1.0", "2.1.0")
    assert table.custom


def test_each_release_has_the_api_of_its_version() -> None:
    old = table_of(tables_of(), "trainer.kubeflow.org/v1alpha1", "TrainJob")
    new = table_of(tables_of(trainer="2.3.0"), "trainer.kubeflow.org/v1alpha1", "TrainJob")
    assert nodes.at(old.schema, ("spec", "podTemplateOverrides")) is not None
    assert nodes.at(old.schema, ("spec", "runtimePatches")) is None
    assert nodes.at(new.schema, ("spec", "podTemplateOverrides")) is None
    assert nodes.at(new.schema, ("spec", "runtimePatches")) is not None


def test_what_the_versions_do_not_serve_is_not_found() -> None:
    tables = tables_of()
    assert tables.lookup("kubeflow.org/v1", "PyTorchJob") is None
    assert tables.lookup("kueue.x-k8s.io/v1beta2", "ClusterQueue") is None
    assert tables.lookup("apps/v1beta1", "Deployment") is None
    assert tables.lookup("apps/v1", "Deploymnt") is None
    assert tables.lookup("", "Pod") is None
    assert tables.lookup("a/b/c", "Pod") is None
    # The release has Istio 1.29.0, of which no schema is held: no neighbour takes its place.
    assert tables.lookup("networking.istio.io/v1", "VirtualService") is None
    assert tables_of(istio="1.30.3").lookup("networking.istio.io/v1", "VirtualService") is not None


def test_served_versions_newest_first() -> None:
    tables = tables_of(kueue="0.19.2", externalSecrets="2.9.0")
    assert tables.served("kueue.x-k8s.io", "ClusterQueue") == ("v1beta2", "v1beta1")
    assert tables.served("autoscaling", "HorizontalPodAutoscaler") == ("v2", "v1")
    assert tables.served("kubeflow.org", "Notebook") == ("v1", "v1beta1", "v1alpha1")
    assert tables.served("external-secrets.io", "ExternalSecret") == ("v1",)
    assert tables.served("x", "Y") == ()
    assert table_of(tables, "kueue.x-k8s.io/v1beta1", "ClusterQueue").deprecated
    stored = tables.of_kind("kueue.x-k8s.io", "ClusterQueue")
    assert stored is not None
    assert (stored.version, stored.storage_version, stored.deprecated) == ("v1beta2", "v1beta2", False)


def test_api_versions_in_the_order_of_discovery() -> None:
    versions = ["v1alpha1", "v1", "v2", "v1beta2", "v1beta1", "v2alpha1", "v10", "odd"]
    assert sorted(versions, key=api_version_key, reverse=True) == [
        "v10", "v2", "v1", "v1beta2", "v1beta1", "v2alpha1", "v1alpha1", "odd",
    ]  # fmt: skip


def test_removed_core_versions() -> None:
    assert tables_of("v1.8.0", "1.25").lookup("autoscaling/v2beta2", "HorizontalPodAutoscaler") is not None
    assert tables_of("v1.8.0", "1.26").lookup("autoscaling/v2beta2", "HorizontalPodAutoscaler") is None
    assert tables_of("v1.8.0", "1.29").lookup("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy") is None
    assert (
        tables_of("v1.8.0", "1.30").lookup("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy") is not None
    )


def test_a_kind_whose_schema_is_not_held_says_so() -> None:
    tables = tables_of()
    assert tables.lookup("serving.kserve.io/v1alpha1", "ServingRuntime") is None
    assert "not held" in (tables.unheld("serving.kserve.io", "ServingRuntime") or "")
    assert tables.unheld("serving.kserve.io", "InferenceService") is None


def test_schemaless_kinds_are_marked() -> None:
    tables = tables_of()
    assert table_of(tables, "kubeflow.org/v1beta1", "Experiment").schemaless
    assert not table_of(tables, "serving.kserve.io/v1beta1", "InferenceService").schemaless
    assert not table_of(tables, "v1", "ConfigMap").schemaless


def test_walking_a_schema() -> None:
    deployment = table_of(tables_of(), "apps/v1", "Deployment").schema
    containers = nodes.at(deployment, ("spec", "template", "spec", "containers"))
    assert containers is not None
    assert (nodes.list_type(containers), nodes.list_keys(containers), nodes.merge_key(containers)) == (
        "map",
        ("name",),
        "name",
    )
    ports = nodes.at(deployment, ("spec", "template", "spec", "containers", 0, "ports"))
    assert ports is not None
    assert nodes.list_keys(ports) == ("containerPort", "protocol")
    assert nodes.merge_key(ports) == "containerPort"
    limit = nodes.at(deployment, ("spec", "template", "spec", "containers", 0, "resources", "limits", "nvidia.com/gpu"))
    assert limit is not None
    assert nodes.is_quantity(limit)
    surge = nodes.at(deployment, ("spec", "strategy", "rollingUpdate", "maxSurge"))
    assert surge is not None
    assert nodes.is_int_or_string(surge)
    assert not nodes.is_quantity(surge)
    finalizers = nodes.at(deployment, ("metadata", "finalizers"))
    assert finalizers is not None
    assert nodes.merges_by_value(finalizers)
    labels = nodes.at(deployment, ("metadata", "labels"))
    assert labels is not None
    assert nodes.is_map(labels)
    assert nodes.at(deployment, ("spec", "replica")) is None
    assert nodes.at(deployment, ("spec", "replicas", "x")) is None
    assert nodes.required(deployment["properties"]["spec"]) == ("selector", "template")


def test_custom_resources_say_defaults_and_keys() -> None:
    job = table_of(tables_of(trainer="2.3.0"), "trainer.kubeflow.org/v1alpha1", "TrainJob").schema
    suspend = nodes.at(job, ("spec", "suspend"))
    assert suspend is not None
    assert nodes.default(suspend) is False
    env = nodes.at(job, ("spec", "trainer", "env"))
    assert env is not None
    assert nodes.list_keys(env) == ("name",)
    assert nodes.merge_key(env) is None
    name = nodes.at(job, ("spec", "trainer", "image"))
    assert name is not None
    assert nodes.default(name) is nodes.MISSING
    queue = table_of(tables_of(kueue="0.19.2"), "kueue.x-k8s.io/v1beta2", "ClusterQueue").schema
    path = ("spec", "resourceGroups", 0, "flavors", 0, "resources", 0, "nominalQuota")
    quota = nodes.at(queue, path)
    assert quota is not None
    assert nodes.is_quantity(quota)


def test_every_table_can_be_read_and_every_kind_has_a_sound_schema() -> None:
    counted = 0
    for component, versions in held_versions().items():
        for version in versions:
            held = load_tables(ComponentVersions("26.03", "1.34", {component: version}))
            for table in held.of_component(component):
                counted += 1
                assert table.served_versions
                assert table.storage_version in table.served_versions
                assert table.origin.repository
                assert table.origin.tag
                assert table.origin.path
                assert table.schema["properties"]["metadata"]["properties"]["name"]["type"] == "string"
    for minor in kubernetes_versions():
        core = load_tables(ComponentVersions("26.03", minor, {})).of_component("kubernetes")
        counted += len(core)
        assert {"Namespace", "Pod", "Deployment", "Job", "Ingress", "StorageClass"} <= {table.kind for table in core}
    assert counted > 600


def test_versions_of_a_shared_schema_say_whose_it_is() -> None:
    notebook = table_of(tables_of("v1.8.0", "1.26"), "kubeflow.org/v1", "Notebook")
    assert (notebook.component_version, notebook.schema_of) == ("1.8.0", "1.11.0")


def test_all_tables_are_small() -> None:
    folder = files("mlplat.catalog").joinpath("tables")
    assert sum(len(entry.read_bytes()) for entry in folder.iterdir()) < 4 * MEBIBYTE


def test_nothing_is_read_until_it_is_asked_for() -> None:
    program = (
        "from mlplat.catalog import lookup\n"
        "from mlplat.catalog.versions import resolve_versions\n"
        "read = []\n"
        "real = lookup.read_table\n"
        "lookup.read_table = lambda name: (read.append(name), real(name))[1]\n"
        "tables = lookup.load_tables(resolve_versions('26.03', '1.34', {'kueue': '0.19.2'}))\n"
        "tables.kinds()\n"
        "assert read == [], read\n"
        "tables.lookup('trainer.kubeflow.org/v1alpha1', 'TrainJob')\n"
        "tables.lookup('trainer.kubeflow.org/v1alpha1', 'TrainingRuntime')\n"
        "tables.lookup('nowhere.example/v1', 'Thing')\n"
        "assert read == ['trainer-2.1.0.json'], read\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_same_versions_give_the_same_tables() -> None:
    assert tables_of() is tables_of()
    assert table_of(tables_of(), "v1", "Pod") is table_of(tables_of("v1.11.0"), "v1", "Pod")


def _crd(**spec: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Widget", "plural": "widgets"},
            "scope": "Cluster",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
                {"name": "v1alpha1", "served": False, "storage": False, "schema": {"openAPIV3Schema": schema}},
            ],
            **spec,
        },
    }


def test_given_crds_add_kinds_and_take_the_place_of_held_ones() -> None:
    versions = tables_of().versions
    tables = load_tables(versions, [_crd()])
    table = table_of(tables, "example.com/v1", "Widget")
    assert (table.component, table.namespaced, table.plural) == (GIVEN, False, "widgets")
    assert tables.lookup("example.com/v1alpha1", "Widget") is None
    assert ("example.com", "Widget") in tables.kinds()
    assert tables_of().lookup("example.com/v1", "Widget") is None
    replaced = _crd(group="trainer.kubeflow.org", names={"kind": "TrainJob", "plural": "trainjobs"})
    job = load_tables(versions, [replaced]).of_kind("trainer.kubeflow.org", "TrainJob")
    assert job is not None
    assert (job.component, job.version) == (GIVEN, "v1")


@pytest.mark.parametrize(
    "crd", [{}, {"kind": "CustomResourceDefinition"}, {**_crd(), "apiVersion": "apiextensions.k8s.io/v1beta1"}]
)
def test_what_is_no_crd_is_refused(crd: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="CustomResourceDefinition"):
        load_tables(tables_of().versions, [crd])


def test_metadata_is_that_of_every_kubernetes_version() -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    assert kubernetes_validate
    from scripts.kubernetes_schemas import Kubernetes

    for minor in kubernetes_versions():
        theirs = Kubernetes(minor).object_meta()
        whole = minor == kubernetes_versions()[-1]  # earlier documents do not tell every list's type
        assert _facts(theirs, whole) == _facts(OBJECT_META, whole), minor


def _facts(node: Any, whole: bool) -> Any:
    if not isinstance(node, dict):
        return node
    return {
        k: _facts(v, whole)
        for k, v in node.items()
        if whole or not k.startswith(("x-kubernetes-list", "x-kubernetes-map"))
    }


def test_all_releases_name_components_that_can_be_named() -> None:
    for name, release in RELEASES.items():
        resolved = resolve_versions(name, release.kubernetes[-1], {})
        assert isinstance(resolved, ComponentVersions), resolved
