-- What an operator has set for one tenant. A limit without a row here is the one of all tenants, which is a setting of each process.
CREATE TABLE tenant_limits (
    tenant_id uuid    NOT NULL REFERENCES tenants,
    name      text    NOT NULL, -- such as events-per-second; a name that a process does not know is nothing to it
    value     integer CHECK (value > 0), -- null: no limit
    PRIMARY KEY (tenant_id, name)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_limits TO flownally_api;

-- Limits are remembered with the keys: every process forgets the tenant's keys as soon as the change is committed.
CREATE FUNCTION notify_tenant_limit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('flownally_api_keys', 'tenant ' || coalesce(NEW.tenant_id, OLD.tenant_id));
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_limit_changed AFTER INSERT OR UPDATE OR DELETE ON tenant_limits
    FOR EACH ROW EXECUTE FUNCTION notify_tenant_limit_changed();
