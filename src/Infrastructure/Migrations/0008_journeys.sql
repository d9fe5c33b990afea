CREATE TABLE journeys (
    tenant_id             uuid        NOT NULL REFERENCES tenants,
    id                    uuid        NOT NULL,
    name                  text        NOT NULL,
    status                text        NOT NULL CHECK (status IN ('draft', 'active', 'paused')),
    entry_mode            text        NOT NULL CHECK (entry_mode IN ('once', 'everyTime')),
    trigger_event_type_id uuid,
    payload_filter        json,
    target_url            text,
    target_secret         text,                 -- as it is, because it must sign
    revision              integer     NOT NULL, -- grows with every change
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    deleted_at            timestamptz,          -- its entries can still be read
    PRIMARY KEY (tenant_id, id),
    CHECK (status <> 'active' OR trigger_event_type_id IS NOT NULL),
    CHECK ((target_url IS NULL) = (target_secret IS NULL))
);

-- For the deletion of a type, which a journey that is not deleted forbids.
CREATE INDEX journeys_by_type ON journeys (tenant_id, trigger_event_type_id) WHERE deleted_at IS NULL;

-- What "active" means: an event makes contacts enter if and only if from_tx < its transaction_id < to_tx, whenever that is looked at.
-- Both are ids of the transactions that activated and paused, counted as those of events are: with feed_clock.transaction_offset.
CREATE TABLE journey_activations (
    tenant_id      uuid   NOT NULL,
    journey_id     uuid   NOT NULL,
    from_tx        bigint NOT NULL,
    to_tx          bigint, -- null while the interval is open
    event_type_id  uuid   NOT NULL,
    payload_filter json,
    entry_mode     text   NOT NULL CHECK (entry_mode IN ('once', 'everyTime')),
    PRIMARY KEY (tenant_id, journey_id, from_tx),
    FOREIGN KEY (tenant_id, journey_id) REFERENCES journeys (tenant_id, id),
    CHECK (from_tx < to_tx)
);

CREATE UNIQUE INDEX journey_activations_one_is_open ON journey_activations (tenant_id, journey_id) WHERE to_tx IS NULL;
CREATE INDEX journey_activations_by_type ON journey_activations (tenant_id, event_type_id, to_tx);

-- No foreign key to journeys, which are never removed, nor to events, which retention removes.
CREATE TABLE journey_entries (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL, -- version 7, ascending in the order of the feed
    journey_id      uuid        NOT NULL,
    event_id        uuid        NOT NULL,
    entered_at      timestamptz NOT NULL,
    last_attempt_at timestamptz,
    next_attempt_at timestamptz,
    attempts        integer     NOT NULL DEFAULT 0,
    last_status     integer,             -- of HTTP; null where the last attempt was not answered
    once            boolean     NOT NULL, -- whether the journey let contacts enter once only
    contact_id      text        COLLATE "C" NOT NULL,
    delivery_state  text        NOT NULL CHECK (delivery_state IN ('none', 'pending', 'delivered', 'failed')),
    PRIMARY KEY (tenant_id, journey_id, id), -- in the order of the list
    CONSTRAINT journey_entries_one_for_each_event UNIQUE (tenant_id, journey_id, event_id)
);

CREATE UNIQUE INDEX journey_entries_one_for_each_contact ON journey_entries (tenant_id, journey_id, contact_id) WHERE once;
CREATE INDEX journey_entries_due ON journey_entries (tenant_id, journey_id, next_attempt_at, id) WHERE delivery_state = 'pending';

-- How far the feed has been read for journeys, in one row: it moves in the transaction that writes the entries. No activation can be
-- older than this migration, so what was recorded before need not be read.
CREATE TABLE journey_cursor (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    transaction_id bigint  NOT NULL,
    position       bigint  NOT NULL,
    last_entry_id  uuid    NOT NULL -- ids of entries ascend, whichever process makes them
);

INSERT INTO journey_cursor (transaction_id, position, last_entry_id)
SELECT pg_current_xact_id()::text::bigint + transaction_offset, 0, '00000000-0000-0000-0000-000000000000'
FROM   feed_clock;

GRANT SELECT, INSERT, UPDATE ON journeys, journey_activations, journey_entries TO flownally_api;
GRANT SELECT, UPDATE ON journey_cursor TO flownally_api;

-- As before, but past the bounds of intervals and the cursor of journeys, too: else an event that is recorded after a restore could lie
-- before the activation that it came after, or before what was read.
CREATE OR REPLACE FUNCTION align_feed_clock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    latest bigint;
    shift  bigint;
    this   bigint := pg_current_xact_id()::text::bigint;
BEGIN
    SELECT transaction_offset INTO shift FROM feed_clock FOR UPDATE;
    SELECT greatest((SELECT max(transaction_id) FROM events), (SELECT transaction_id FROM retention),
                    (SELECT max(greatest(from_tx, to_tx)) FROM journey_activations), (SELECT transaction_id FROM journey_cursor)) INTO latest;
    IF latest >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + shift THEN
        UPDATE feed_clock SET transaction_offset = latest + 1 - this;
    END IF;
END
$$;
