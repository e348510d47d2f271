-- big_postgresql.sql - a database that has grown old: copies of a concluded and of an open case of the demo city (big_fill.c says of what and how thin).

-- Copies one kind of row: `changed` names the columns that differ, in terms of c (the copy's first id), n.k (its number) and t.o (the row's own number).
CREATE FUNCTION big_copy(tab text, key text, pattern bigint, changed jsonb, base bigint, copies bigint, most bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	columns text;
BEGIN
	EXECUTE format('CREATE TEMP TABLE t AS SELECT *, row_number() OVER ()-1 AS o FROM %I WHERE %I=%s', tab, key, pattern);
	SELECT string_agg(coalesce(changed->>attname, format('t.%I', attname)), ', ' ORDER BY attnum) INTO columns
		FROM pg_attribute WHERE attrelid=to_regclass(tab) AND attnum>0 AND NOT attisdropped;
	EXECUTE format('INSERT INTO %I SELECT %s FROM generate_series(0, %s-1) AS n(k) CROSS JOIN LATERAL (SELECT %s+n.k*256 AS c) AS i CROSS JOIN t WHERE t.o<%s', tab, columns, copies, base, most);
	DROP TABLE t;
END $$;

CREATE FUNCTION big_copies(concluded boolean, copies bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	last_ms bigint := (SELECT max(at_ms) FROM ledger);
	from_ms bigint := last_ms-CASE WHEN concluded THEN 1400 ELSE 200 END*86400000::bigint;
	to_ms bigint := last_ms-CASE WHEN concluded THEN 200 ELSE 0 END*86400000::bigint;
	base bigint := ((SELECT max(id) FROM case_data)/256+4)*256+1000000;
	first bigint := (SELECT max(seq)+1 FROM ledger);
	pattern bigint := CASE WHEN concluded THEN (SELECT max(id) FROM case_done k WHERE EXISTS(SELECT 1 FROM licence l WHERE l.case_id=k.id))
		ELSE (SELECT min(id) FROM case_open k WHERE EXISTS(SELECT 1 FROM step_open s WHERE s.case_id=k.id)) END;
	each bigint := (SELECT least(count(*), CASE WHEN concluded THEN 4 ELSE count(*) END) FROM ledger WHERE subject=pattern);
	somebody constant text := '1000000000+floor(random()*5000000)::bigint';
	kept jsonb := CASE WHEN concluded THEN '{"form": "''{}''", "missing": "NULL", "start": "NULL"}' ELSE '{}' END;
BEGIN
	IF concluded THEN
		PERFORM big_copy('case_done', 'id', pattern, '{"id": "c", "case_no": "''9''||lpad(c::text, 19, ''0'')"}', base, copies, 99);
		PERFORM big_copy('step_done', 'case_id', pattern, '{"id": "c+1+t.o", "case_id": "c"}', base, copies, 32);
		PERFORM big_copy('document', 'case_id', pattern, '{"id": "c+65+t.o", "case_id": "c", "digest": "md5(random()::text)||md5(c::text||t.o)"}', base, copies, 32);
		PERFORM big_copy('notice', 'case_id', pattern, jsonb_build_object('id', 'c+97+t.o', 'case_id', 'c', 'text', '''''', 'text_en', '''''', 'person', somebody), base, copies, 64);
		PERFORM big_copy('licence', 'case_id', pattern, '{"id": "c+161+t.o", "case_id": "c", "number": "''L''||c"}', base, copies, 32);
	ELSE
		PERFORM big_copy('case_open', 'id', pattern, '{"id": "c", "case_no": "''8''||lpad(c::text, 19, ''0'')"}', base, copies, 99);
		PERFORM big_copy('instance', 'id', pattern, '{"id": "c"}', base, copies, 99);
		PERFORM big_copy('step_open', 'case_id', pattern, '{"id": "c+1+t.o", "case_id": "c"}', base, copies, 32);
		PERFORM big_copy('timer', 'case_id', pattern, '{"case_id": "c", "due_ms": "t.due_ms+31536000000+n.k"}', base, copies, 99);
	END IF;
	PERFORM big_copy('case_data', 'id', pattern, kept||'{"id": "c"}', base, copies, 99);
	PERFORM big_copy('case_number', 'id', pattern, jsonb_build_object('id', 'c', 'case_no', format('''%s''||lpad(c::text, 19, ''0'')', CASE WHEN concluded THEN 9 ELSE 8 END)), base, copies, 99);
	PERFORM big_copy('case_person', 'id', pattern, CASE WHEN concluded THEN jsonb_build_object('id', 'c', 'person', somebody) ELSE '{"id": "c"}' END, base, copies, 99);
	PERFORM big_copy('case_last', 'id', pattern, '{"id": "c"}', base, copies, 99);
	PERFORM big_copy('step_holding', 'case_id', pattern, '{"step": "c+1+t.o", "case_id": "c"}', base, copies, 32);
	PERFORM big_copy('clock', 'case_id', pattern, '{"id": "c+33+t.o", "case_id": "c"}', base, copies, 32);
	PERFORM big_copy('ledger', 'subject', pattern, jsonb_build_object('seq', format('%s+n.k*%s+t.o', first, each), 'subject', 'c', 'payload', 'NULL',
		'at_ms', format('%s+(n.k*%s+t.o)*%s', from_ms, each, (to_ms-from_ms)/(each*copies+1))), base, copies, each);
END $$;

-- The last entries, each sealed upon the one before (ledger.c).
CREATE FUNCTION big_chain() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	e record;
	before bytea;
	sealed bytea;
BEGIN
	FOR e IN SELECT * FROM ledger WHERE seq>(SELECT max(seq)-2000 FROM ledger) ORDER BY seq LOOP
		IF before IS NULL THEN
			before := e.hash;
			CONTINUE;
		END IF;
		sealed := sha256('\x01'::bytea||before||int8send(e.seq)||int8send(e.at_ms)||int8send(e.subject)||int8send(e.actor)
			||int4send(octet_length(e.kind))||convert_to(e.kind, 'UTF8')||sha256(e.salt||convert_to('{}', 'UTF8')));
		UPDATE ledger SET payload='{}', digest='', hash=sealed WHERE seq=e.seq;
		before := sealed;
	END LOOP;
END $$;

CREATE FUNCTION big_fill(concluded bigint, open bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL synchronous_commit=off;
	PERFORM big_copies(true, concluded);
	PERFORM big_copies(false, open);
	INSERT INTO letter(document, bytes, kept_seq) SELECT id, repeat('x', 40)::bytea, 0 FROM document WHERE kind IN ('letter', 'licence') ON CONFLICT(document) DO NOTHING;
	INSERT INTO content(digest, bytes) SELECT digest, repeat('x', 40)::bytea FROM document WHERE kind NOT IN ('letter', 'licence') ON CONFLICT(digest) DO NOTHING;
	PERFORM big_chain();
	-- counts as if each had been counted when it came; what reads the record goes on behind the copies
	DELETE FROM board_count;
	DELETE FROM board_post;
	INSERT INTO board_count(organ, item, region, level, suspended, n) SELECT organ, item, coalesce(region, 0), level,
		CASE WHEN state='suspended' THEN 1 ELSE 0 END, count(*) FROM case_open GROUP BY 1, 2, 3, 4, 5;
	INSERT INTO board_post(post, level, n) SELECT post, level, count(*) FROM step_open WHERE post>0 GROUP BY post, level;
	UPDATE watch_cursor SET seq=(SELECT max(seq) FROM ledger);
	UPDATE courier_cursor SET seq=(SELECT max(seq) FROM ledger);
	INSERT INTO ledger_tree(level, n, hash) SELECT 1, k, sha256(int8send(k)) FROM generate_series(0, (SELECT max(seq)/256-1 FROM ledger)) AS n(k) ON CONFLICT(level, n) DO NOTHING;
END $$;
