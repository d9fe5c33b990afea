-- Programs from 0013 on may go on: what theirs record, journeys react to. While one of them leads the journeys, they react to every event.

-- Journeys do not react to the event. What is recorded to load history is not news.
ALTER TABLE events ADD COLUMN suppress_journeys boolean NOT NULL DEFAULT false;
