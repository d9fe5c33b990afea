-- The feed of one tenant, so that its reader never wades through the others' events; events_feed is for readers of all tenants.
-- Migrations run before a process serves. While events are recorded, building an index would hold up recording and the feed.
CREATE INDEX events_feed_of_tenant ON events (tenant_id, transaction_id, position);
