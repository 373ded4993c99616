-- ClusterQueue and LocalQueue: condition Active. An inactive queue waits for what comes with the same sync (flavors,
-- its ClusterQueue), so it is never Degraded, which would fail the sync.
local stopped = obj.spec ~= nil and obj.spec.stopPolicy or nil
if stopped ~= nil and stopped ~= "None" then
  return { status = "Suspended", message = "stopPolicy " .. stopped }
end
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  if condition.type == "Active" then
    local message = condition.message or condition.reason or ""
    return { status = condition.status == "True" and "Healthy" or "Progressing", message = message }
  end
end
return { status = "Progressing", message = "waiting for Kueue" }
