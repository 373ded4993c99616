-- Argo CD has no health check for Application, and without one a sync wave of Applications waits for nothing.
local health = { status = "Progressing", message = "not synced yet" }
local labels = obj.metadata.labels or {}
if labels["mlplat.dev/environment"] == nil then
  -- Somebody else's Application: as healthy as what it holds.
  if obj.status ~= nil and obj.status.health ~= nil and obj.status.health.status ~= nil then
    health.status = obj.status.health.status
    health.message = obj.status.health.message or ""
  end
  return health
end
-- Ours: later waves need the namespace to exist, no more. To wait for health would be to wait for ever: a claim of
-- the team's unit is bound by the job of a later one. One team's failed unit must not hold up the others either.
if obj.spec.syncPolicy == nil or obj.spec.syncPolicy.automated == nil then
  return { status = "Healthy", message = "synced by hand: later waves do not wait" }
end
if obj.status == nil then
  return health
end
for _, condition in ipairs(obj.status.conditions or {}) do
  if condition.type == "ComparisonError" or condition.type == "InvalidSpecError" or condition.type == "SyncError" then
    return { status = "Healthy", message = "later waves do not wait for: " .. (condition.message or condition.type) }
  end
end
local operation = obj.status.operationState
if operation ~= nil and (operation.phase == "Succeeded" or operation.phase == "Failed" or operation.phase == "Error") then
  return { status = "Healthy", message = "last sync: " .. operation.phase }
end
if operation == nil and obj.status.sync ~= nil and obj.status.sync.status == "Synced" then
  return { status = "Healthy", message = "in sync" }
end
return health
