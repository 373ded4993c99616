"""Two states of one Kubernetes object, compared by what they mean: what `diff` and `drift` both stand on."""
