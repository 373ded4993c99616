"""Fields of a pod's spec that are asked for together."""

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
"""In the order in which their containers start."""

HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
"""What a pod shares with its node where one of them is true."""
