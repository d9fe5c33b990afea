CREATE TABLE tenants (
    id         uuid        PRIMARY KEY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE api_keys (
    tenant_id   uuid        NOT NULL REFERENCES tenants,
    id          uuid        NOT NULL,
    secret_hash bytea       NOT NULL UNIQUE, -- SHA-256; a call is looked up by it before its tenant is known
    name        text,
    role        text        NOT NULL,
    scopes      text[]      NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contacts (
    tenant_id  uuid        NOT NULL REFERENCES tenants,
    id         text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT ON tenants, contacts TO flownally_api;
GRANT SELECT, INSERT, UPDATE ON api_keys TO flownally_api;

-- A revoked key stops working in every process as soon as the revocation is committed.
CREATE FUNCTION notify_api_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('flownally_api_keys', encode(OLD.secret_hash, 'hex'));
    RETURN NULL;
END
$$;

CREATE TRIGGER api_key_changed AFTER UPDATE OR DELETE ON api_keys
    FOR EACH ROW EXECUTE FUNCTION notify_api_key_changed();
