CREATE TABLE event_types (
    tenant_id      uuid        NOT NULL REFERENCES tenants,
    id             uuid        NOT NULL,
    name           text        COLLATE "C" NOT NULL,
    description    text,
    payload_schema json,
    predefined     boolean     NOT NULL,
    schema_version integer     NOT NULL, -- grows when the schema becomes another JSON value
    revision       integer     NOT NULL, -- grows with every change; recording compares it
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT event_types_name_is_unique UNIQUE (tenant_id, name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON event_types TO flownally_api;
