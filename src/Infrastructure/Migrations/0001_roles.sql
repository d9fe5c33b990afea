-- The API works as this role. It owns no table, so that row-level security can bind it.
-- Roles belong to the whole server: another database on it may have made this one already, under another account. Then nothing is asked
-- of the account that migrates, but that it may work as the role.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flownally_api') THEN
        CREATE ROLE flownally_api NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL; -- another one has just made it
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%I may not make roles', current_user),
            HINT = format('As an administrator of the server: CREATE ROLE flownally_api NOLOGIN; GRANT flownally_api TO %I;', current_user);
END
$$;

-- Tried, because from PostgreSQL 16 on whoever has made a role is a member of it, and yet may not work as it.
DO $$
BEGIN
    BEGIN
        SET LOCAL ROLE flownally_api;
        RESET ROLE;
    EXCEPTION
        WHEN insufficient_privilege THEN
            EXECUTE format('GRANT flownally_api TO %I', session_user);
    END;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%I may not work as flownally_api', session_user),
            HINT = format('As an administrator of the server: GRANT flownally_api TO %I;', session_user);
END
$$;

GRANT USAGE ON SCHEMA public TO flownally_api;
