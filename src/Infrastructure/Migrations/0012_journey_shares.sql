-- Tenants that are behind: their events after this place, up to journey_cursor, are still to be read for journeys, a share at a time.
-- Rows are written in the transaction that writes the entries and moves journey_cursor.
CREATE TABLE journey_backlogs (
    tenant_id      uuid   PRIMARY KEY,
    transaction_id bigint NOT NULL, -- with position, the last place that was read
    position       bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON journey_backlogs TO flownally_api;

-- Where a tenant is behind, a journey that is paused or deleted passes by what was not read: of the events in the interval, those after
-- this place do not count.
ALTER TABLE journey_activations ADD COLUMN cut_tx bigint;
ALTER TABLE journey_activations ADD COLUMN cut_position bigint;
ALTER TABLE journey_activations ADD CHECK ((cut_tx IS NULL) = (cut_position IS NULL));

-- The revision of the journey that brought the trigger: an error of an earlier trigger's filter is not shown.
ALTER TABLE journeys ADD COLUMN trigger_revision integer NOT NULL DEFAULT 1;
ALTER TABLE journey_activations ADD COLUMN trigger_revision integer NOT NULL DEFAULT 1;

-- The latest error of each journey. A table of its own, so that a step never waits for a lock of a journey.
CREATE TABLE journey_filter_errors (
    tenant_id        uuid        NOT NULL,
    journey_id       uuid        NOT NULL,
    event_id         uuid        NOT NULL,
    at               timestamptz NOT NULL,
    trigger_revision integer     NOT NULL,
    code             text        NOT NULL CHECK (code IN ('tooComplex', 'failed')),
    PRIMARY KEY (tenant_id, journey_id)
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE ON journey_filter_errors TO flownally_api;
