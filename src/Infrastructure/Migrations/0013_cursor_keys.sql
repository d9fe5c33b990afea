-- What cursors of the feed are encrypted with, in one row: all processes share it, and so does a restored backup, so that cursors stay
-- valid. PostgreSQL draws the key: four random UUIDs hold 488 bits of the operating system's randomness, and sha256 makes 32 bytes of them.
CREATE TABLE feed_cursor_key (
    only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key          bytea   NOT NULL CHECK (length(key) = 32),
    plain_before bigint  NOT NULL -- cursors that are not encrypted were given out for places before this transaction
);

-- Anybody can write a cursor that is not encrypted. Were each one valid, 410 cursorExpired would tell where the feed ends, and so what
-- other tenants record. A million transactions ahead leave time to replace processes of before, which still give such cursors out.
-- A database without tenants has given out none.
INSERT INTO feed_cursor_key (key, plain_before)
SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
       CASE WHEN EXISTS (SELECT FROM tenants) THEN pg_current_xact_id()::text::bigint + transaction_offset + 1000000 ELSE 0 END
FROM   feed_clock;

GRANT SELECT ON feed_cursor_key TO flownally_api;
