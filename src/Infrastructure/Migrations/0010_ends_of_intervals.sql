-- Whoever reads the feed for journeys asks for the intervals that are not over, among all that ever were.
CREATE INDEX journey_activations_by_end ON journey_activations (to_tx);
DROP INDEX journey_activations_by_type;
