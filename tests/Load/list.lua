-- wrk: reads the first page of all events. Argument: the API key.
function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1] }
end

function request()
  return wrk.format("GET", "/v1/events", headers)
end
