-- wrk: records events of many types, each under a key of its own. Arguments: the API key, how many types there are, and a
-- word that no other run uses.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  headers = { ["Authorization"] = "Bearer " .. args[1], ["Content-Type"] = "application/json" }
  types = tonumber(args[2])
  prefix = string.format("%s-%d-", args[3], id)
  count = 0
end

function request()
  count = count + 1
  local contact = (count * 7919 + id) % 5000
  local body = string.format(
    '{"eventTypeName":"order.paid.%d","payload":{"orderId":"A-%d","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]},"idempotencyKey":"%s%d"}',
    (count * 31 + id) % types, count, prefix, count)
  return wrk.format("POST", "/v1/contacts/ctc_" .. contact .. "/events", headers, body)
end
