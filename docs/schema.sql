-- The tables after all migrations. Made from pg_dump by a test; the migrations say why each is as it is.

CREATE FUNCTION public.align_feed_clock() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    latest bigint;
    shift  bigint;
    this   bigint := pg_current_xact_id()::text::bigint;
BEGIN
    SELECT transaction_offset INTO shift FROM feed_clock FOR UPDATE;
    SELECT greatest((SELECT max(transaction_id) FROM events), (SELECT transaction_id FROM retention),
                    (SELECT max(greatest(from_tx, to_tx)) FROM journey_activations), (SELECT transaction_id FROM journey_cursor)) INTO latest;
    IF latest >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint + shift THEN
        UPDATE feed_clock SET transaction_offset = latest + 1 - this;
    END IF;
END
$$;

CREATE FUNCTION public.create_event_partitions(through date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    month  date := date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month';
    bottom uuid;
    top    uuid;
    name   text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('flownally.create_event_partitions'));
    WHILE month <= through LOOP
        name   := 'events_' || to_char(month, 'YYYY_MM');
        bottom := uuid_at(month::timestamp AT TIME ZONE 'UTC');
        top    := uuid_at((month + interval '1 month') AT TIME ZONE 'UTC');
        IF to_regclass(name) IS NULL AND top > (SELECT oldest_kept FROM retention) THEN
            EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS, CHECK (id >= %L AND id < %L))', name, bottom, top);
            EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, bottom, top);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END
$$;

CREATE FUNCTION public.feed_offset() RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION public.feed_server(OUT system_id bigint, OUT timeline text) RETURNS record
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()
$$;

CREATE FUNCTION public.hold_feed_offset() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    LOCK TABLE feed_clock IN ROW SHARE MODE;
    RETURN feed_offset();
END
$$;

CREATE FUNCTION public.move_feed_clock() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.notify_api_key_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('flownally_api_keys', encode(OLD.secret_hash, 'hex'));
    RETURN NULL;
END
$$;

CREATE FUNCTION public.notify_tenant_limit_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('flownally_api_keys', 'tenant ' || coalesce(NEW.tenant_id, OLD.tenant_id));
    RETURN NULL;
END
$$;

CREATE FUNCTION public.uuid_at(instant timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex((extract(epoch FROM instant) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

CREATE FUNCTION public.verify_feed_clock() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE TABLE public.api_keys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    name text,
    role text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone
);

CREATE TABLE public.contacts (
    tenant_id uuid NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.event_counts (
    tenant_id uuid NOT NULL,
    event_type_id uuid NOT NULL,
    month date NOT NULL,
    n bigint NOT NULL,
    lane smallint DEFAULT 0 NOT NULL
);

CREATE TABLE public.event_keys (
    tenant_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    event_id uuid NOT NULL,
    fingerprint bytea NOT NULL
);

CREATE SEQUENCE public.event_position
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.event_type_versions (
    tenant_id uuid NOT NULL,
    event_type_id uuid NOT NULL,
    schema_version integer NOT NULL,
    payload_schema json,
    accepted_by text NOT NULL,
    api_key_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT event_type_versions_accepted_by_check CHECK ((accepted_by = ANY (ARRAY['created'::text, 'proof'::text, 'scan'::text])))
);

CREATE TABLE public.event_types (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    description text,
    payload_schema json,
    predefined boolean NOT NULL,
    schema_version integer NOT NULL,
    revision integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    event_type_id uuid NOT NULL,
    transaction_id bigint NOT NULL,
    "position" bigint DEFAULT nextval('public.event_position'::regclass) NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    schema_version integer NOT NULL,
    contact_id text NOT NULL COLLATE pg_catalog."C",
    idempotency_key text COLLATE pg_catalog."C",
    payload json NOT NULL,
    suppress_journeys boolean DEFAULT false NOT NULL
)
PARTITION BY RANGE (id);

CREATE TABLE public.feed_clock (
    only_row boolean DEFAULT true NOT NULL,
    transaction_offset bigint NOT NULL,
    system_id bigint,
    timeline text,
    generation uuid DEFAULT gen_random_uuid() NOT NULL,
    highest bigint DEFAULT 0 NOT NULL,
    CONSTRAINT feed_clock_only_row_check CHECK (only_row)
);

CREATE TABLE public.feed_cursor_key (
    only_row boolean DEFAULT true NOT NULL,
    key bytea NOT NULL,
    plain_before bigint NOT NULL,
    CONSTRAINT feed_cursor_key_key_check CHECK ((length(key) = 32)),
    CONSTRAINT feed_cursor_key_only_row_check CHECK (only_row)
);

CREATE TABLE public.journey_activations (
    tenant_id uuid NOT NULL,
    journey_id uuid NOT NULL,
    from_tx bigint NOT NULL,
    to_tx bigint,
    event_type_id uuid NOT NULL,
    payload_filter json,
    entry_mode text NOT NULL,
    cut_tx bigint,
    cut_position bigint,
    trigger_revision integer DEFAULT 1 NOT NULL,
    CONSTRAINT journey_activations_check CHECK ((from_tx < to_tx)),
    CONSTRAINT journey_activations_check1 CHECK (((cut_tx IS NULL) = (cut_position IS NULL))),
    CONSTRAINT journey_activations_entry_mode_check CHECK ((entry_mode = ANY (ARRAY['once'::text, 'everyTime'::text])))
);

CREATE TABLE public.journey_attempts (
    tenant_id uuid NOT NULL,
    journey_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    duration interval NOT NULL,
    status integer,
    error text,
    CONSTRAINT journey_attempts_error_check CHECK ((error = ANY (ARRAY['dns'::text, 'connection'::text, 'tls'::text, 'timeout'::text, 'notPublic'::text, 'badAnswer'::text, 'status'::text])))
);

CREATE TABLE public.journey_backlogs (
    tenant_id uuid NOT NULL,
    transaction_id bigint NOT NULL,
    "position" bigint NOT NULL
);

CREATE TABLE public.journey_cursor (
    only_row boolean DEFAULT true NOT NULL,
    transaction_id bigint NOT NULL,
    "position" bigint NOT NULL,
    last_entry_id uuid NOT NULL,
    CONSTRAINT journey_cursor_only_row_check CHECK (only_row)
);

CREATE TABLE public.journey_entries (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    journey_id uuid NOT NULL,
    event_id uuid NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    last_attempt_at timestamp with time zone,
    next_attempt_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    last_status integer,
    once boolean NOT NULL,
    contact_id text NOT NULL COLLATE pg_catalog."C",
    delivery_state text NOT NULL,
    redeliveries integer DEFAULT 0 NOT NULL,
    last_error text,
    redelivered_at timestamp with time zone,
    CONSTRAINT journey_entries_delivery_state_check CHECK ((delivery_state = ANY (ARRAY['none'::text, 'pending'::text, 'delivered'::text, 'failed'::text])))
);

CREATE TABLE public.journey_filter_errors (
    tenant_id uuid NOT NULL,
    journey_id uuid NOT NULL,
    event_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    trigger_revision integer NOT NULL,
    code text NOT NULL,
    CONSTRAINT journey_filter_errors_code_check CHECK ((code = ANY (ARRAY['tooComplex'::text, 'failed'::text])))
)
WITH (fillfactor='50');

CREATE TABLE public.journeys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    entry_mode text NOT NULL,
    trigger_event_type_id uuid,
    payload_filter json,
    target_url text,
    target_secret text,
    revision integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    trigger_revision integer DEFAULT 1 NOT NULL,
    CONSTRAINT journeys_check CHECK (((status <> 'active'::text) OR (trigger_event_type_id IS NOT NULL))),
    CONSTRAINT journeys_check1 CHECK (((target_url IS NULL) = (target_secret IS NULL))),
    CONSTRAINT journeys_entry_mode_check CHECK ((entry_mode = ANY (ARRAY['once'::text, 'everyTime'::text]))),
    CONSTRAINT journeys_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'paused'::text])))
);

CREATE TABLE public.retention (
    only_row boolean DEFAULT true NOT NULL,
    oldest_kept uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    dropping text,
    keys_swept uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    transaction_id bigint DEFAULT 0 NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    CONSTRAINT retention_only_row_check CHECK (only_row)
);

CREATE TABLE public.schema_compatibility (
    only_row boolean DEFAULT true NOT NULL,
    oldest_program integer NOT NULL,
    CONSTRAINT schema_compatibility_only_row_check CHECK (only_row)
);

CREATE TABLE public.tenant_limits (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    value integer,
    CONSTRAINT tenant_limits_value_check CHECK ((value > 0))
);

CREATE TABLE public.tenants (
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.event_counts
    ADD CONSTRAINT event_counts_pkey PRIMARY KEY (tenant_id, event_type_id, month, lane);

ALTER TABLE ONLY public.event_keys
    ADD CONSTRAINT event_keys_pkey PRIMARY KEY (tenant_id, key);

ALTER TABLE ONLY public.event_type_versions
    ADD CONSTRAINT event_type_versions_pkey PRIMARY KEY (tenant_id, event_type_id, schema_version);

ALTER TABLE ONLY public.event_types
    ADD CONSTRAINT event_types_name_is_unique UNIQUE (tenant_id, name);

ALTER TABLE ONLY public.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.feed_clock
    ADD CONSTRAINT feed_clock_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.feed_cursor_key
    ADD CONSTRAINT feed_cursor_key_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.journey_activations
    ADD CONSTRAINT journey_activations_pkey PRIMARY KEY (tenant_id, journey_id, from_tx);

ALTER TABLE ONLY public.journey_attempts
    ADD CONSTRAINT journey_attempts_pkey PRIMARY KEY (tenant_id, journey_id, entry_id, at);

ALTER TABLE ONLY public.journey_backlogs
    ADD CONSTRAINT journey_backlogs_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.journey_cursor
    ADD CONSTRAINT journey_cursor_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.journey_entries
    ADD CONSTRAINT journey_entries_one_for_each_event UNIQUE (tenant_id, journey_id, event_id);

ALTER TABLE ONLY public.journey_entries
    ADD CONSTRAINT journey_entries_pkey PRIMARY KEY (tenant_id, journey_id, id);

ALTER TABLE ONLY public.journey_filter_errors
    ADD CONSTRAINT journey_filter_errors_pkey PRIMARY KEY (tenant_id, journey_id);

ALTER TABLE ONLY public.journeys
    ADD CONSTRAINT journeys_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.schema_compatibility
    ADD CONSTRAINT schema_compatibility_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.tenant_limits
    ADD CONSTRAINT tenant_limits_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

CREATE INDEX events_by_type ON ONLY public.events USING btree (tenant_id, event_type_id, id);

CREATE INDEX events_feed ON ONLY public.events USING btree (transaction_id, "position");

CREATE INDEX events_feed_of_tenant ON ONLY public.events USING btree (tenant_id, transaction_id, "position");

CREATE INDEX events_timeline ON ONLY public.events USING btree (tenant_id, contact_id, occurred_at, id);

CREATE INDEX journey_activations_by_end ON public.journey_activations USING btree (to_tx);

CREATE UNIQUE INDEX journey_activations_one_is_open ON public.journey_activations USING btree (tenant_id, journey_id) WHERE (to_tx IS NULL);

CREATE INDEX journey_attempts_by_time ON public.journey_attempts USING btree (at);

CREATE INDEX journey_entries_due ON public.journey_entries USING btree (tenant_id, journey_id, next_attempt_at, id) WHERE (delivery_state = 'pending'::text);

CREATE INDEX journey_entries_due_again ON public.journey_entries USING btree (tenant_id, journey_id, next_attempt_at, id) WHERE ((delivery_state = 'pending'::text) AND ((attempts > 0) OR (redeliveries > 0)));

CREATE INDEX journey_entries_due_first ON public.journey_entries USING btree (tenant_id, journey_id, next_attempt_at, id) WHERE ((delivery_state = 'pending'::text) AND (attempts = 0) AND (redeliveries = 0));

CREATE INDEX journey_entries_failed ON public.journey_entries USING btree (tenant_id, journey_id, id) WHERE (delivery_state = 'failed'::text);

CREATE UNIQUE INDEX journey_entries_one_for_each_contact ON public.journey_entries USING btree (tenant_id, journey_id, contact_id) WHERE once;

CREATE INDEX journeys_by_type ON public.journeys USING btree (tenant_id, trigger_event_type_id) WHERE (deleted_at IS NULL);

CREATE TRIGGER api_key_changed AFTER DELETE OR UPDATE ON public.api_keys FOR EACH ROW EXECUTE FUNCTION public.notify_api_key_changed();

CREATE TRIGGER tenant_limit_changed AFTER INSERT OR DELETE OR UPDATE ON public.tenant_limits FOR EACH ROW EXECUTE FUNCTION public.notify_tenant_limit_changed();

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.contacts
    ADD CONSTRAINT contacts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.event_type_versions
    ADD CONSTRAINT event_type_versions_tenant_id_event_type_id_fkey FOREIGN KEY (tenant_id, event_type_id) REFERENCES public.event_types(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.event_types
    ADD CONSTRAINT event_types_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.journey_activations
    ADD CONSTRAINT journey_activations_tenant_id_journey_id_fkey FOREIGN KEY (tenant_id, journey_id) REFERENCES public.journeys(tenant_id, id);

ALTER TABLE ONLY public.journey_attempts
    ADD CONSTRAINT journey_attempts_tenant_id_journey_id_entry_id_fkey FOREIGN KEY (tenant_id, journey_id, entry_id) REFERENCES public.journey_entries(tenant_id, journey_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.journeys
    ADD CONSTRAINT journeys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);

ALTER TABLE ONLY public.tenant_limits
    ADD CONSTRAINT tenant_limits_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id);
