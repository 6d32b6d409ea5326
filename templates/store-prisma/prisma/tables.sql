CREATE TABLE integration_event (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  occurred_at_ms BIGINT NOT NULL,
  received_at_ms BIGINT NOT NULL
);

CREATE TABLE integration_record (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  status TEXT NOT NULL,
  rank INTEGER NOT NULL,
  is_final BOOLEAN NOT NULL,
  data TEXT NOT NULL,
  occurred_at_ms BIGINT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);

CREATE TABLE integration_request (
  reference TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  started_at_ms BIGINT NOT NULL,
  result TEXT
);
