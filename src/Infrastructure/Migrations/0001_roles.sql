-- The API works as this role. It owns no table, so that row-level security can bind it.
-- Roles belong to the whole server: another database on it may have made this one already.
DO $$
BEGIN
    CREATE ROLE flownally_api NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

GRANT flownally_api TO CURRENT_USER;

GRANT USAGE ON SCHEMA public TO flownally_api;
