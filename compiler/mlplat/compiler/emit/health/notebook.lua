-- A stopped Notebook has no pod and is not ill.
local annotations = obj.metadata.annotations or {}
if annotations["kubeflow-resource-stopped"] ~= nil then
  return { status = "Suspended", message = "stopped since " .. annotations["kubeflow-resource-stopped"] }
end
local status = obj.status or {}
if (status.readyReplicas or 0) > 0 then
  return { status = "Healthy", message = "" }
end
local waiting = status.containerState ~= nil and status.containerState.waiting or nil
if waiting ~= nil then
  local ill = {
    CrashLoopBackOff = true, CreateContainerConfigError = true, ErrImagePull = true,
    ImagePullBackOff = true, InvalidImageName = true,
  }
  local reason = waiting.reason or "waiting"
  return { status = ill[reason] and "Degraded" or "Progressing", message = waiting.message or reason }
end
return { status = "Progressing", message = "waiting for its pod" }
