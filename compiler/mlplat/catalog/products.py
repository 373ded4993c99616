"""Words of the kinds of products that their schemas do not say to be what they are."""

from collections.abc import Mapping

V1_JOBS: Mapping[str, str] = {
    "PyTorchJob": "pytorchReplicaSpecs",
    "TFJob": "tfReplicaSpecs",
    "XGBoostJob": "xgbReplicaSpecs",
    "PaddleJob": "paddleReplicaSpecs",
    "JAXJob": "jaxReplicaSpecs",
    "MPIJob": "mpiReplicaSpecs",
}
"""The jobs of the Training Operator (1.9.4, kubeflow.org/v1), each with the field of its replicas."""

PARTS = ("predictor", "transformer", "explainer")
"""The parts of an InferenceService, each of which becomes pods of its own (KServe, serving.kserve.io/v1beta1)."""

SERVERS = (
    *("sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm", "paddle"),
    "model",
)
"""What can serve in a predictor instead of containers: `model`, and one field for each of the old frameworks."""

DEPLOYMENT_MODE = "serving.kserve.io/deploymentMode"
DEPLOYMENT_MODES: Mapping[str, str] = {"RawDeployment": "Standard", "Serverless": "Knative"}
"""Old to new names of that annotation's values; KServe 0.16 renamed them."""
