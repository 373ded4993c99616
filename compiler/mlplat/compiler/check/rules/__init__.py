"""Rules on a resolved environment: one file each. The list is explicit, and a test holds it complete."""

from mlplat.compiler.check.rule import SpecRule
from mlplat.compiler.check.rules.algorithm_setting import RULE as ALGORITHM_SETTING
from mlplat.compiler.check.rules.checkpoint_off_volume import RULE as CHECKPOINT_OFF_VOLUME
from mlplat.compiler.check.rules.early_stopping import RULE as EARLY_STOPPING
from mlplat.compiler.check.rules.elastic_bounds import RULE as ELASTIC_BOUNDS
from mlplat.compiler.check.rules.framework_without_api import RULE as FRAMEWORK_WITHOUT_API
from mlplat.compiler.check.rules.impossible_canary import RULE as IMPOSSIBLE_CANARY
from mlplat.compiler.check.rules.metric_of_other_mode import RULE as METRIC_OF_OTHER_MODE
from mlplat.compiler.check.rules.metrics_collector import RULE as METRICS_COLLECTOR
from mlplat.compiler.check.rules.missing_parameter import RULE as MISSING_PARAMETER
from mlplat.compiler.check.rules.missing_resources import RULE as MISSING_RESOURCES
from mlplat.compiler.check.rules.moving_image import RULE as MOVING_IMAGE
from mlplat.compiler.check.rules.never_admitted import RULE as NEVER_ADMITTED
from mlplat.compiler.check.rules.no_effect import RULE as NO_EFFECT
from mlplat.compiler.check.rules.no_node_pool_fits import RULE as NO_NODE_POOL_FITS
from mlplat.compiler.check.rules.notebook_without_image import RULE as NOTEBOOK_WITHOUT_IMAGE
from mlplat.compiler.check.rules.parameter_value import RULE as PARAMETER_VALUE
from mlplat.compiler.check.rules.processes_without_accelerators import RULE as PROCESSES_WITHOUT_ACCELERATORS
from mlplat.compiler.check.rules.repeated_metric import RULE as REPEATED_METRIC
from mlplat.compiler.check.rules.replica_bounds import RULE as REPLICA_BOUNDS
from mlplat.compiler.check.rules.reserved_variable import RULE as RESERVED_VARIABLE
from mlplat.compiler.check.rules.scale_to_zero import RULE as SCALE_TO_ZERO
from mlplat.compiler.check.rules.search_beyond_bounds import RULE as SEARCH_BEYOND_BOUNDS
from mlplat.compiler.check.rules.search_space import RULE as SEARCH_SPACE
from mlplat.compiler.check.rules.searched_and_fixed import RULE as SEARCHED_AND_FIXED
from mlplat.compiler.check.rules.strategy_mismatch import RULE as STRATEGY_MISMATCH
from mlplat.compiler.check.rules.trial_counts import RULE as TRIAL_COUNTS
from mlplat.compiler.check.rules.unknown_model_format import RULE as UNKNOWN_MODEL_FORMAT
from mlplat.compiler.check.rules.unknown_parameter import RULE as UNKNOWN_PARAMETER
from mlplat.compiler.check.rules.unprinted_metric import RULE as UNPRINTED_METRIC
from mlplat.compiler.check.rules.unsearchable_space import RULE as UNSEARCHABLE_SPACE
from mlplat.compiler.check.rules.unserved_protocol import RULE as UNSERVED_PROTOCOL
from mlplat.compiler.check.rules.unsupported_storage import RULE as UNSUPPORTED_STORAGE
from mlplat.compiler.check.rules.unsupported_trial_kind import RULE as UNSUPPORTED_TRIAL_KIND
from mlplat.compiler.check.rules.unusable_mount import RULE as UNUSABLE_MOUNT

SPEC_RULES: tuple[SpecRule, ...] = (
    NO_NODE_POOL_FITS,
    NEVER_ADMITTED,
    MISSING_RESOURCES,
    MOVING_IMAGE,
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
)
