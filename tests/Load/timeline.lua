-- wrk: reads first pages of timelines. Arguments: the API key, and how many contacts there are.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1] }
  contacts = tonumber(args[2])
  math.randomseed(id + 1)
end

function request()
  return wrk.format("GET", "/v1/contacts/tl_" .. math.random(0, contacts - 1) .. "/events?pageSize=50", headers)
end
