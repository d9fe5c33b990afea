-- What retention has dropped, in one row. A month of events goes in steps, and where it stands is read from here and from
-- the catalog, so that it can be begun again.
CREATE TABLE retention (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    oldest_kept    uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- smaller ids are gone or go now; their keys count as absent
    dropping       text,                       -- the table that goes now: once detached, nothing else tells it from one of the operator's
    keys_swept     uuid    NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the keys of smaller ids are gone
    transaction_id bigint  NOT NULL DEFAULT 0, -- with position, the last place of the feed that was dropped: who has not read
    position       bigint  NOT NULL DEFAULT 0  -- so far has missed something
);

INSERT INTO retention DEFAULT VALUES;

GRANT SELECT ON retention TO flownally_api;
GRANT UPDATE, DELETE ON event_keys TO flownally_api; -- recording deletes expired keys that it meets; UPDATE lets it lock them

-- The feed's clock stays past what was dropped, too; and it is moved only where ids were restored. What others have written
-- here since this transaction began has higher ids than this one, but lower ones than a snapshot taken now knows to come.
CREATE OR REPLACE FUNCTION align_feed_clock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    latest bigint;
    shift  bigint;
    this   bigint := pg_current_xact_id()::text::bigint;
BEGIN
    SELECT transaction_offset INTO shift FROM feed_clock FOR UPDATE;
    SELECT greatest((SELECT max(transaction_id) FROM events), (SELECT transaction_id FROM retention)) INTO latest;
    IF latest >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + shift THEN
        UPDATE feed_clock SET transaction_offset = latest + 1 - this;
    END IF;
END
$$;

-- As before, but a month that was dropped is not made again, whatever this server's clock says.
CREATE OR REPLACE FUNCTION create_event_partitions(through date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
        IF to_regclass(name) IS NULL AND top > (SELECT oldest_kept FROM retention) THEN
            EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS, CHECK (id >= %L AND id < %L))', name, bottom, top);
            EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, bottom, top);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END
$$;
