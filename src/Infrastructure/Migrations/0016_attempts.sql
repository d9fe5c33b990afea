-- Programs from 0013 on may go on: theirs record no attempts, and do not say why the last one failed.

-- Each attempt to tell a target of an entry. Kept for 30 days at most, and no longer than the entry.
CREATE TABLE journey_attempts (
    tenant_id  uuid        NOT NULL,
    journey_id uuid        NOT NULL,
    entry_id   uuid        NOT NULL,
    at         timestamptz NOT NULL, -- when it ended; to write an attempt again, after an answer was lost, changes nothing
    duration   interval    NOT NULL,
    status     integer,              -- of HTTP; null where there was no answer
    error      text,                 -- null where the target was told
    CHECK (error IN ('dns', 'connection', 'tls', 'timeout', 'notPublic', 'badAnswer', 'status')),
    PRIMARY KEY (tenant_id, journey_id, entry_id, at),
    FOREIGN KEY (tenant_id, journey_id, entry_id) REFERENCES journey_entries (tenant_id, journey_id, id) ON DELETE CASCADE
);

-- For the deletion of those that are too old.
CREATE INDEX journey_attempts_by_time ON journey_attempts (at);

GRANT SELECT, INSERT, UPDATE, DELETE ON journey_attempts TO flownally_api; -- UPDATE lets the deletion lock them

-- A status explains itself; so this one counts only where last_status is null, and a program that does not write it does no harm.
ALTER TABLE journey_entries ADD COLUMN last_error text;

-- When somebody asked for the webhook again. A walk through the entries asks for each once.
ALTER TABLE journey_entries ADD COLUMN redelivered_at timestamptz;

-- First attempts are found past however many are to be repeated, and the other way round.
CREATE INDEX journey_entries_due_first ON journey_entries (tenant_id, journey_id, next_attempt_at, id)
    WHERE delivery_state = 'pending' AND attempts = 0 AND redeliveries = 0;
CREATE INDEX journey_entries_due_again ON journey_entries (tenant_id, journey_id, next_attempt_at, id)
    WHERE delivery_state = 'pending' AND (attempts > 0 OR redeliveries > 0);

-- Those that failed are few, and are asked for among many.
CREATE INDEX journey_entries_failed ON journey_entries (tenant_id, journey_id, id) WHERE delivery_state = 'failed';
