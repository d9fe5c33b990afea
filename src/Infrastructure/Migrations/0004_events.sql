CREATE SEQUENCE event_position;

-- The log of all tenants, and the outbox: (transaction_id, position) is the order of the feed.
-- Wide columns stand first, so that none is padded.
CREATE TABLE events (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL, -- version 7: begins with the time, by which the table is partitioned
    event_type_id   uuid        NOT NULL,
    transaction_id  bigint      NOT NULL, -- pg_current_xact_id() + feed_clock.transaction_offset
    position        bigint      NOT NULL DEFAULT nextval('event_position'),
    occurred_at     timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    schema_version  integer     NOT NULL,
    contact_id      text        COLLATE "C" NOT NULL,
    idempotency_key text        COLLATE "C",
    payload         json        NOT NULL, -- the text as received; jsonb would rewrite numbers
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);

CREATE INDEX events_timeline ON events (tenant_id, contact_id, occurred_at, id);
CREATE INDEX events_by_type ON events (tenant_id, event_type_id, id);
CREATE INDEX events_feed ON events (transaction_id, position);

-- A unique index on events would have to hold the partition key, so keys have a table of their own.
CREATE TABLE event_keys (
    tenant_id   uuid  NOT NULL,
    key         text  COLLATE "C" NOT NULL,
    event_id    uuid  NOT NULL,
    fingerprint bytea NOT NULL, -- 16 bytes: tells an identical request from another one
    PRIMARY KEY (tenant_id, key)
);

-- What the recording statement adds up, so that totalSize is exact and cheap.
CREATE TABLE event_counts (
    tenant_id     uuid   NOT NULL,
    event_type_id uuid   NOT NULL,
    month         date   NOT NULL, -- of the event's id, in UTC: what its partition holds
    n             bigint NOT NULL,
    PRIMARY KEY (tenant_id, event_type_id, month)
);

-- Transaction ids begin anew where a dump is restored into another server; the offset keeps the feed ascending.
CREATE TABLE feed_clock (
    only_row           boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    transaction_offset bigint  NOT NULL
);

INSERT INTO feed_clock (transaction_offset) VALUES (0);

-- To be called before the first write of a process.
CREATE FUNCTION align_feed_clock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    latest bigint;
    shift  bigint;
    this   bigint := pg_current_xact_id()::text::bigint;
BEGIN
    SELECT transaction_offset INTO shift FROM feed_clock FOR UPDATE;
    SELECT max(transaction_id) INTO latest FROM events;
    IF latest >= this + shift THEN
        UPDATE feed_clock SET transaction_offset = latest + 1 - this;
    END IF;
END
$$;

-- The smallest uuid of version 7 that can be made at an instant.
CREATE FUNCTION uuid_at(instant timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM instant) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the partitions from last month (a clock may lag) to the month of the given day, where they are missing.
-- A table is made first and attached then, which takes a lock that lets recording go on.
CREATE FUNCTION create_event_partitions(through date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month  date := date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month';
    bottom uuid;
    top    uuid;
    name   text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('flownally.create_event_partitions'));
    WHILE month <= through LOOP
        name   := 'events_' || to_char(month, 'YYYY_MM');
        bottom := uuid_at(month::timestamp AT TIME ZONE 'UTC');
        top    := uuid_at((month + interval '1 month') AT TIME ZONE 'UTC');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS, CHECK (id >= %L AND id < %L))', name, bottom, top);
            EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, bottom, top);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END
$$;

GRANT SELECT, INSERT ON events, event_keys TO flownally_api;
GRANT SELECT, INSERT, UPDATE ON event_counts TO flownally_api;
GRANT SELECT ON feed_clock TO flownally_api;
GRANT USAGE ON SEQUENCE event_position TO flownally_api;
REVOKE EXECUTE ON FUNCTION align_feed_clock(), create_event_partitions(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION align_feed_clock(), create_event_partitions(date) TO flownally_api;
