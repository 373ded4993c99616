"""What Kubernetes validates in code of its own kinds, beyond their schemas.

Source: k8s.io/kubernetes v1.37 `pkg/apis/<group>/validation`, and `pkg/apis/<group>/v1/defaults.go` for what an absent
value counts as. Every rule was compared with the server's verdicts (`tests/differential`).
"""
