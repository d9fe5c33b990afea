-- Programs from 0013 on may go on: theirs is the same clock, which they do not verify.

-- The clock knows which server it counts on. Where transactions are counted anew (after a failover that lost some, point-in-time
-- recovery, a dump that was restored), it jumps, so that no place is given twice and old cursors lie before all that is recorded next.
ALTER TABLE feed_clock
    ADD COLUMN system_id  bigint, -- with timeline, the history of the server that counts the transactions
    ADD COLUMN timeline   text,
    ADD COLUMN generation uuid   NOT NULL DEFAULT gen_random_uuid(), -- another one after each jump
    ADD COLUMN highest    bigint NOT NULL DEFAULT 0; -- about the highest place that was reached, whether an event stands there or not

CREATE FUNCTION feed_server(OUT system_id bigint, OUT timeline text) LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()
$$;

-- Jumps past all that was ever reached: to the present moment in microseconds, for no server counts transactions as fast as that. So it is past
-- what a lost server has given out, too, and two servers that go on from one state at different moments never give out the same places. It
-- waits for all who write, because the horizon must not rise while a transaction that counts from the old offset is open.
CREATE FUNCTION move_feed_clock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    step    CONSTANT bigint := 1000000; -- where a clock went back, the least jump
    counted bigint;
    reached bigint;
    target  bigint;
BEGIN
    LOCK TABLE feed_clock IN EXCLUSIVE MODE;
    counted := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    SELECT greatest(c.transaction_offset + counted, c.highest,
                    (SELECT max(transaction_id) FROM events), (SELECT transaction_id FROM retention),
                    (SELECT max(greatest(from_tx, to_tx)) FROM journey_activations), (SELECT transaction_id FROM journey_cursor))
    INTO   reached
    FROM   feed_clock c;
    target := greatest(reached + step, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
    UPDATE feed_clock
    SET    (system_id, timeline) = (SELECT s.system_id, s.timeline FROM feed_server() s),
           transaction_offset = target - counted, generation = gen_random_uuid(), highest = target;
END
$$;

-- To be called by each new session before anything else. The session notes the generation that it has found to be right.
CREATE FUNCTION verify_feed_clock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    step CONSTANT bigint := 1000000;
    clock   feed_clock;
    counted bigint;
BEGIN
    IF pg_is_in_recovery() THEN
        RAISE EXCEPTION USING ERRCODE = 'read_only_sql_transaction', MESSAGE = 'The server is a standby.';
    END IF;

    SELECT * INTO clock FROM feed_clock;
    IF (clock.system_id, clock.timeline) IS DISTINCT FROM (SELECT (s.system_id, s.timeline) FROM feed_server() s) THEN
        LOCK TABLE feed_clock IN EXCLUSIVE MODE; -- another session may have come first
        SELECT * INTO clock FROM feed_clock;
        IF (clock.system_id, clock.timeline) IS DISTINCT FROM (SELECT (s.system_id, s.timeline) FROM feed_server() s) THEN
            PERFORM move_feed_clock();
            SELECT * INTO clock FROM feed_clock;
        END IF;
    END IF;

    counted := clock.transaction_offset + pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    IF counted > clock.highest + step THEN
        UPDATE feed_clock SET highest = counted WHERE highest < counted AND generation = clock.generation;
    END IF;

    PERFORM set_config('flownally.feed_generation', clock.generation::text, false);
END
$$;

-- For who reads: the offset as the statement's snapshot has it, so that it belongs to the transactions that the snapshot shows.
CREATE FUNCTION feed_offset() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    shift bigint;
BEGIN
    SELECT transaction_offset INTO shift
    FROM   public.feed_clock
    WHERE  generation = nullif(current_setting('flownally.feed_generation', true), '')::uuid;
    IF shift IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'FL001', MESSAGE = 'The clock of the feed was moved since this session verified it.';
    END IF;
    RETURN shift;
END
$$;

-- For who writes: the offset as it is now, and no jump until the transaction ends. A statement that waits here for a jump has an older
-- snapshot; so the offset is read after the lock: each statement of this function sees what is committed by then.
CREATE FUNCTION hold_feed_offset() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE feed_clock IN ROW SHARE MODE;
    RETURN feed_offset();
END
$$;

REVOKE EXECUTE ON FUNCTION move_feed_clock(), verify_feed_clock(), hold_feed_offset() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION verify_feed_clock(), hold_feed_offset() TO flownally_api;

-- As it was kept until now, the clock is right for the server that it is on, or it is put right here.
SELECT align_feed_clock();
UPDATE feed_clock SET (system_id, timeline) = (SELECT s.system_id, s.timeline FROM feed_server() s);

-- The planner takes a table that was never analyzed for a large one.
ANALYZE feed_clock, retention, journey_cursor, feed_cursor_key;

-- Which programs may work on these tables, by the number of their newest migration. Written by whoever migrates.
CREATE TABLE schema_compatibility (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    oldest_program integer NOT NULL
);

INSERT INTO schema_compatibility (oldest_program) VALUES (1);

GRANT SELECT ON schema_compatibility TO flownally_api;
