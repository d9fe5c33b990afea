-- wrk: records batches of events. Arguments: the API key, how many types there are, and how many events a batch has.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(folder .. "random.lua")
dofile(folder .. "moment.lua")

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json" }
  types = tonumber(args[2])
  size = tonumber(args[3])
  count = 0
  seed()
end

function request()
  local events = {}
  for i = 1, size do
    count = count + 1
    events[i] = moment(count, types, math.random(0, 4999))
  end
  return wrk.format("POST", "/v1/events/batch", headers, '{"events":[' .. table.concat(events, ",") .. "]}")
end
