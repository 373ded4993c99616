-- What runs once: TrainJob (Suspended, Complete, Failed), the v1 jobs (Created, Running, Restarting, Suspended,
-- Succeeded, Failed) and Experiment (Created, Running, Restarting, Succeeded, Failed). The end counts before the way.
local health = { status = "Progressing", message = "waiting for its controller" }
local conditions = obj.status ~= nil and obj.status.conditions or {}
local suspended = nil
for _, condition in ipairs(conditions) do
  if condition.status == "True" then
    local message = condition.message or condition.reason or condition.type
    if condition.type == "Failed" then
      return { status = "Degraded", message = message }
    elseif condition.type == "Complete" or condition.type == "Succeeded" then
      return { status = "Healthy", message = message }
    elseif condition.type == "Suspended" then
      suspended = message
    else
      health.message = message
    end
  end
end
if suspended ~= nil then
  return { status = "Suspended", message = suspended }
end
return health
