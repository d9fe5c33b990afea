-- Events for wrk's scripts: of many types, of many contacts, each under a random key.
local moment = {}

function moment.seed(id)
  math.randomseed(os.time() * 1000 + id * 7 + math.floor(os.clock() * 1e6) % 7)
end

function moment.json(count, types, contact)
  return string.format(
    '{%s"eventTypeName":"order.paid.%d","payload":{"orderId":"A-%d","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]},"idempotencyKey":"%08x%08x-%d"}',
    contact and string.format('"contactId":"ctc_%d",', contact) or "", math.random(0, types - 1), count,
    math.random(0, 2147483647), math.random(0, 2147483647), count)
end

return moment
