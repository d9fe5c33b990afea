-- wrk: records events one by one. Arguments: the API key, and how many types there are.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(folder .. "random.lua")
dofile(folder .. "moment.lua")

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json" }
  types = tonumber(args[2])
  count = 0
  seed()
end

function request()
  count = count + 1
  return wrk.format("POST", "/v1/contacts/ctc_" .. math.random(0, 4999) .. "/events", headers, moment(count, types))
end
