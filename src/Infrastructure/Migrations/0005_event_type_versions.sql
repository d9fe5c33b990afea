-- The schemas that a type has had, its present one included.
CREATE TABLE event_type_versions (
    tenant_id      uuid        NOT NULL,
    event_type_id  uuid        NOT NULL,
    schema_version integer     NOT NULL,
    payload_schema json,
    accepted_by    text        NOT NULL CHECK (accepted_by IN ('created', 'proof', 'scan')),
    api_key_id     uuid,                -- who asked for it; null for an operator, and for what is older than this table
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, event_type_id, schema_version),
    FOREIGN KEY (tenant_id, event_type_id) REFERENCES event_types (tenant_id, id) ON DELETE CASCADE
);

-- How an earlier schema was accepted was not kept; stored events are known to fit it.
INSERT INTO event_type_versions (tenant_id, event_type_id, schema_version, payload_schema, accepted_by, created_at)
SELECT tenant_id, id, schema_version, payload_schema, CASE schema_version WHEN 1 THEN 'created' ELSE 'scan' END,
       CASE schema_version WHEN 1 THEN created_at ELSE updated_at END
FROM   event_types;

GRANT SELECT, INSERT ON event_type_versions TO flownally_api;
