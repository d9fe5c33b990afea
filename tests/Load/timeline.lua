-- wrk: reads first pages of timelines. Arguments: the API key, and how many contacts there are.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "random.lua")

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1] }
  contacts = tonumber(args[2])
  seed()
end

function request()
  return wrk.format("GET", "/v1/contacts/tl_" .. math.random(0, contacts - 1) .. "/events?pageSize=50", headers)
end
