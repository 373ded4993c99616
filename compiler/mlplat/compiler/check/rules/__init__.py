"""Rules on a resolved environment: one file each. The list is explicit, and a test holds it complete."""

from mlplat.compiler.check.rule import SpecRule
from mlplat.compiler.check.rules.access_mode_mismatch import RULE as ACCESS_MODE_MISMATCH
from mlplat.compiler.check.rules.algorithm_setting import RULE as ALGORITHM_SETTING
from mlplat.compiler.check.rules.checkpoint_off_volume import RULE as CHECKPOINT_OFF_VOLUME
from mlplat.compiler.check.rules.class_lacks_access_mode import RULE as CLASS_LACKS_ACCESS_MODE
from mlplat.compiler.check.rules.component_missing import RULE as COMPONENT_MISSING
from mlplat.compiler.check.rules.control_plane_namespace import RULE as CONTROL_PLANE_NAMESPACE
from mlplat.compiler.check.rules.credential_literal import RULE as CREDENTIAL_LITERAL
from mlplat.compiler.check.rules.early_stopping import RULE as EARLY_STOPPING
from mlplat.compiler.check.rules.elastic_bounds import RULE as ELASTIC_BOUNDS
from mlplat.compiler.check.rules.environment_without_own_cluster import RULE as ENVIRONMENT_WITHOUT_OWN_CLUSTER
from mlplat.compiler.check.rules.framework_without_api import RULE as FRAMEWORK_WITHOUT_API
from mlplat.compiler.check.rules.impossible_amount import RULE as IMPOSSIBLE_AMOUNT
from mlplat.compiler.check.rules.impossible_canary import RULE as IMPOSSIBLE_CANARY
from mlplat.compiler.check.rules.invalid_label import RULE as INVALID_LABEL
from mlplat.compiler.check.rules.invalid_name import RULE as INVALID_NAME
from mlplat.compiler.check.rules.knative_placement import RULE as KNATIVE_PLACEMENT
from mlplat.compiler.check.rules.knative_timeout import RULE as KNATIVE_TIMEOUT
from mlplat.compiler.check.rules.lending_beyond_share import RULE as LENDING_BEYOND_SHARE
from mlplat.compiler.check.rules.member_before_istio import RULE as MEMBER_BEFORE_ISTIO
from mlplat.compiler.check.rules.member_is_everybody import RULE as MEMBER_IS_EVERYBODY
from mlplat.compiler.check.rules.metric_of_other_mode import RULE as METRIC_OF_OTHER_MODE
from mlplat.compiler.check.rules.metrics_collector import RULE as METRICS_COLLECTOR
from mlplat.compiler.check.rules.misplaced_resource import RULE as MISPLACED_RESOURCE
from mlplat.compiler.check.rules.missing_parameter import RULE as MISSING_PARAMETER
from mlplat.compiler.check.rules.missing_resources import RULE as MISSING_RESOURCES
from mlplat.compiler.check.rules.missing_source import RULE as MISSING_SOURCE
from mlplat.compiler.check.rules.mlplat_version_mismatch import RULE as MLPLAT_VERSION_MISMATCH
from mlplat.compiler.check.rules.moving_image import RULE as MOVING_IMAGE
from mlplat.compiler.check.rules.namespace_twice import RULE as NAMESPACE_TWICE
from mlplat.compiler.check.rules.never_admitted import RULE as NEVER_ADMITTED
from mlplat.compiler.check.rules.no_effect import RULE as NO_EFFECT
from mlplat.compiler.check.rules.no_node_pool_fits import RULE as NO_NODE_POOL_FITS
from mlplat.compiler.check.rules.no_shared_memory import RULE as NO_SHARED_MEMORY
from mlplat.compiler.check.rules.notebook_without_image import RULE as NOTEBOOK_WITHOUT_IMAGE
from mlplat.compiler.check.rules.parameter_value import RULE as PARAMETER_VALUE
from mlplat.compiler.check.rules.processes_without_accelerators import RULE as PROCESSES_WITHOUT_ACCELERATORS
from mlplat.compiler.check.rules.queue_flavors_differ import RULE as QUEUE_FLAVORS_DIFFER
from mlplat.compiler.check.rules.queue_never_starts import RULE as QUEUE_NEVER_STARTS
from mlplat.compiler.check.rules.queue_not_allowed import RULE as QUEUE_NOT_ALLOWED
from mlplat.compiler.check.rules.repeated_metric import RULE as REPEATED_METRIC
from mlplat.compiler.check.rules.replica_bounds import RULE as REPLICA_BOUNDS
from mlplat.compiler.check.rules.reserved_label import RULE as RESERVED_LABEL
from mlplat.compiler.check.rules.reserved_variable import RULE as RESERVED_VARIABLE
from mlplat.compiler.check.rules.scale_to_zero import RULE as SCALE_TO_ZERO
from mlplat.compiler.check.rules.sealed_strict_shared import RULE as SEALED_STRICT_SHARED
from mlplat.compiler.check.rules.search_beyond_bounds import RULE as SEARCH_BEYOND_BOUNDS
from mlplat.compiler.check.rules.search_space import RULE as SEARCH_SPACE
from mlplat.compiler.check.rules.searched_and_fixed import RULE as SEARCHED_AND_FIXED
from mlplat.compiler.check.rules.secret_type_without_key import RULE as SECRET_TYPE_WITHOUT_KEY
from mlplat.compiler.check.rules.shared_claim import RULE as SHARED_CLAIM
from mlplat.compiler.check.rules.shared_flavor_differs import RULE as SHARED_FLAVOR_DIFFERS
from mlplat.compiler.check.rules.shared_priority_differs import RULE as SHARED_PRIORITY_DIFFERS
from mlplat.compiler.check.rules.storage_without_credentials import RULE as STORAGE_WITHOUT_CREDENTIALS
from mlplat.compiler.check.rules.strategy_mismatch import RULE as STRATEGY_MISMATCH
from mlplat.compiler.check.rules.trial_counts import RULE as TRIAL_COUNTS
from mlplat.compiler.check.rules.two_defaults import RULE as TWO_DEFAULTS
from mlplat.compiler.check.rules.unheeded_queue import RULE as UNHEEDED_QUEUE
from mlplat.compiler.check.rules.unit_name_clash import RULE as UNIT_NAME_CLASH
from mlplat.compiler.check.rules.unknown_model_format import RULE as UNKNOWN_MODEL_FORMAT
from mlplat.compiler.check.rules.unknown_parameter import RULE as UNKNOWN_PARAMETER
from mlplat.compiler.check.rules.unknown_priority import RULE as UNKNOWN_PRIORITY
from mlplat.compiler.check.rules.unknown_secret_key import RULE as UNKNOWN_SECRET_KEY
from mlplat.compiler.check.rules.unprinted_metric import RULE as UNPRINTED_METRIC
from mlplat.compiler.check.rules.unsearchable_space import RULE as UNSEARCHABLE_SPACE
from mlplat.compiler.check.rules.unserved_protocol import RULE as UNSERVED_PROTOCOL
from mlplat.compiler.check.rules.unsupported_storage import RULE as UNSUPPORTED_STORAGE
from mlplat.compiler.check.rules.unsupported_trial_kind import RULE as UNSUPPORTED_TRIAL_KIND
from mlplat.compiler.check.rules.unusable_mount import RULE as UNUSABLE_MOUNT
from mlplat.compiler.check.rules.volume_without_size import RULE as VOLUME_WITHOUT_SIZE

SPEC_RULES: tuple[SpecRule, ...] = (
    INVALID_NAME,
    CREDENTIAL_LITERAL,
    STORAGE_WITHOUT_CREDENTIALS,
    ACCESS_MODE_MISMATCH,
    MISSING_SOURCE,
    CLASS_LACKS_ACCESS_MODE,
    VOLUME_WITHOUT_SIZE,
    NO_NODE_POOL_FITS,
    NEVER_ADMITTED,
    SHARED_CLAIM,
    MISSING_RESOURCES,
    MOVING_IMAGE,
    CONTROL_PLANE_NAMESPACE,
    QUEUE_NOT_ALLOWED,
    UNKNOWN_PRIORITY,
    QUEUE_FLAVORS_DIFFER,
    SHARED_FLAVOR_DIFFERS,
    SHARED_PRIORITY_DIFFERS,
    LENDING_BEYOND_SHARE,
    NAMESPACE_TWICE,
    UNIT_NAME_CLASH,
    SEALED_STRICT_SHARED,
    UNKNOWN_SECRET_KEY,
    RESERVED_LABEL,
    INVALID_LABEL,
    MLPLAT_VERSION_MISMATCH,
    COMPONENT_MISSING,
    ENVIRONMENT_WITHOUT_OWN_CLUSTER,
    TWO_DEFAULTS,
    NO_EFFECT,
    RESERVED_VARIABLE,
    FRAMEWORK_WITHOUT_API,
    UNKNOWN_PARAMETER,
    MISSING_PARAMETER,
    PARAMETER_VALUE,
    ELASTIC_BOUNDS,
    CHECKPOINT_OFF_VOLUME,
    UNUSABLE_MOUNT,
    PROCESSES_WITHOUT_ACCELERATORS,
    STRATEGY_MISMATCH,
    NO_SHARED_MEMORY,
    SCALE_TO_ZERO,
    METRIC_OF_OTHER_MODE,
    REPLICA_BOUNDS,
    IMPOSSIBLE_CANARY,
    UNKNOWN_MODEL_FORMAT,
    UNSERVED_PROTOCOL,
    UNSUPPORTED_STORAGE,
    UNPRINTED_METRIC,
    REPEATED_METRIC,
    TRIAL_COUNTS,
    SEARCH_SPACE,
    SEARCHED_AND_FIXED,
    SEARCH_BEYOND_BOUNDS,
    ALGORITHM_SETTING,
    UNSEARCHABLE_SPACE,
    EARLY_STOPPING,
    METRICS_COLLECTOR,
    UNSUPPORTED_TRIAL_KIND,
    NOTEBOOK_WITHOUT_IMAGE,
    QUEUE_NEVER_STARTS,
    KNATIVE_PLACEMENT,
    MISPLACED_RESOURCE,
    MEMBER_BEFORE_ISTIO,
    IMPOSSIBLE_AMOUNT,
    UNHEEDED_QUEUE,
    KNATIVE_TIMEOUT,
    SECRET_TYPE_WITHOUT_KEY,
    MEMBER_IS_EVERYBODY,
)
