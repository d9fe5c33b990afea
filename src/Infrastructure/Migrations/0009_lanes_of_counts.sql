-- A counter that two statements add to at once makes the second wait until the first has committed. Writers in lanes of their own
-- have counters of their own; what there are of a type is the sum over its lanes.
ALTER TABLE event_counts ADD COLUMN lane smallint NOT NULL DEFAULT 0;
ALTER TABLE event_counts DROP CONSTRAINT event_counts_pkey;
ALTER TABLE event_counts ADD PRIMARY KEY (tenant_id, event_type_id, month, lane);
