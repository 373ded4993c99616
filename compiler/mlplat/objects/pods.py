"""What is asked of pods in several places: fields of their spec, and what their namespace says of them."""

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
"""In the order in which their containers start."""

HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
"""What a pod shares with its node where one of them is true."""

ENFORCE = "pod-security.kubernetes.io/enforce"
"""The label of a Namespace that names the Pod Security level below which no pod is let in."""
