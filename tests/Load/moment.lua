-- For wrk's scripts that record: an event of any of so many types, under a random key.
function moment(count, types, contact)
  return string.format(
    '{%s"eventTypeName":"order.paid.%d","payload":{"orderId":"A-%d","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]},"idempotencyKey":"%08x%08x-%d"}',
    contact and string.format('"contactId":"ctc_%d",', contact) or "", math.random(0, types - 1), count,
    math.random(0, 2147483647), math.random(0, 2147483647), count)
end
