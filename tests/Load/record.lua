-- wrk: records events one by one. Arguments: the API key, and how many types there are.
local folder = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
package.path = folder .. "/?.lua;" .. package.path
local moment = require("moment")
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json" }
  types = tonumber(args[2])
  count = 0
  moment.seed(id)
end

function request()
  count = count + 1
  return wrk.format("POST", "/v1/contacts/ctc_" .. math.random(0, 4999) .. "/events", headers, moment.json(count, types))
end
