-- Programs from 0013 on may go on: theirs writes what became of a webhook whatever the count, as before.

-- Grows each time somebody asks for the webhook again: what becomes of an older attempt, which ends later, does not count any more.
ALTER TABLE journey_entries ADD COLUMN redeliveries integer NOT NULL DEFAULT 0;
