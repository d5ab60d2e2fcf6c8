-- What a machine that asks may do: take batches, put answers, and keep the pauses of hosts. It can
-- send no batch, read no list of districts, and say nothing about where a district lives or who
-- has left. procrastinate's functions run with its own rights, so it has those of a queue's worker
-- on their tables, but for new jobs.

DO $$ BEGIN
    CREATE ROLE namesake_worker NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;  -- roles belong to all databases of a server
END $$;

CREATE FUNCTION namesake.load_batch(bigint)
RETURNS TABLE (
    district text, lock text, day_key text, body bytea, permission bytea, answered integer[]
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT district, lock, day_key, body, permission,
        ARRAY(SELECT n FROM namesake.answers WHERE batch = id)
    FROM namesake.batches WHERE id = $1
$$;

CREATE FUNCTION namesake.read_permissions(bigint[])
RETURNS TABLE (id bigint, permission bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT id, permission FROM namesake.batches WHERE id = ANY($1)
$$;

-- Says whether the batch is still wanted. An answer that is there stays as it is.
CREATE FUNCTION namesake.put_answer(bigint, integer, text, bytea, bytea) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH wanted AS (
        SELECT id FROM namesake.batches WHERE id = $1 FOR KEY SHARE
    ), answer AS (
        INSERT INTO namesake.answers (batch, n, worker, signature, body)
        SELECT id, $2, $3, $4, $5 FROM wanted ON CONFLICT DO NOTHING
    )
    SELECT count(*) > 0 FROM wanted
$$;

-- A pair that is not told again for an hour is that of a process that is gone.
CREATE FUNCTION namesake.publish_pair(text, bytea, bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM namesake.worker_pairs WHERE at <= clock_timestamp() - interval '1 hour';
    INSERT INTO namesake.worker_pairs (worker, public, signature) VALUES ($1, $2, $3)
    ON CONFLICT (public) DO UPDATE SET at = clock_timestamp()
$$;

CREATE FUNCTION namesake.load_day_key(text, bytea) RETURNS bytea
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT wrapped FROM namesake.day_keys WHERE id = $1 AND public = $2
$$;

-- Forgets what no one came to within an hour, with its answers and its job.
CREATE FUNCTION namesake.delete_expired_batches() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM namesake.batches WHERE at <= clock_timestamp() - interval '1 hour'
        RETURNING id
    ), jobs AS (
        DELETE FROM procrastinate_jobs USING gone WHERE task_name = 'ask'
            AND status = 'todo' AND (args ->> 'batch_id')::bigint = gone.id
    )
    SELECT count(*) FROM gone
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA namesake FROM PUBLIC;
GRANT USAGE ON SCHEMA namesake TO namesake_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA namesake TO namesake_worker;
GRANT SELECT ON namesake.schema_version, namesake.fleet_key TO namesake_worker;
GRANT SELECT, INSERT, UPDATE ON namesake.hosts, namesake.request_quota TO namesake_worker;
GRANT SELECT, UPDATE, DELETE ON procrastinate_jobs TO namesake_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_workers TO namesake_worker;
GRANT SELECT, UPDATE ON procrastinate_periodic_defers TO namesake_worker;
GRANT INSERT ON procrastinate_events TO namesake_worker;
GRANT USAGE ON SEQUENCE procrastinate_workers_id_seq, procrastinate_events_id_seq
    TO namesake_worker;
