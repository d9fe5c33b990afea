-- Programs from 0013 on may go on: what theirs record, journeys react to. While one of them leads the journeys, they react to every event.

-- Journeys do not react to the event. What is recorded to load history is not news.
-- The lock waits for whoever reads events, which may take minutes, and recording would wait behind it; so it is given up and tried again.
DO $$
BEGIN
    FOR try IN 1..600 LOOP
        BEGIN
            SET LOCAL lock_timeout = '200ms';
            ALTER TABLE events ADD COLUMN suppress_journeys boolean NOT NULL DEFAULT false;
            RETURN;
        EXCEPTION
            WHEN lock_not_available THEN PERFORM pg_sleep(1);
        END;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'The table of events is read by a transaction that does not end',
        HINT = 'See pg_stat_activity; end the transaction, and run: flownally migrate';
END
$$;
