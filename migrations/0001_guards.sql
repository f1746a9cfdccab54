-- What the tables defend by themselves. None of this is the proof, which is the signatures, the tree and the
-- witnesses: it makes mistakes loud and tampering visible.

-- An instant as the record writes it; never now(), which is the start of the transaction.
CREATE FUNCTION instant(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
--> statement-breakpoint

-- Base64 and ciphertext do not compress: signed bytes are stored as they are, and inline while they fit.
ALTER TABLE entry ALTER COLUMN bytes SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE sealed ALTER COLUMN envelope SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE arrival ALTER COLUMN body SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE blob ALTER COLUMN bytes SET STORAGE EXTERNAL;
--> statement-breakpoint
-- A state is written anew with each batch that changes it: to compress it costs more than all else of the batch.
ALTER TABLE state ALTER COLUMN value SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE tile ALTER COLUMN hashes SET STORAGE EXTERNAL;
--> statement-breakpoint

-- The ledger is visibly hash-linked: `leaf` is the RFC 6962 leaf hash of the bytes, `prev` is what the bytes say
-- (their last member but one), and the next trigger holds it against the row before.
ALTER TABLE entry
  ADD CONSTRAINT entry_leaf_is_hash CHECK (leaf = sha256('\x00'::bytea || bytes)),
  ADD CONSTRAINT entry_prev_is_said CHECK (
    substring(bytes FROM octet_length(bytes) - 59) =
    convert_to('"prev":"' || encode(prev, 'base64') || '","v":1}', 'UTF8')),
  ADD CONSTRAINT entry_size CHECK (octet_length(bytes) <= 65535);
--> statement-breakpoint

CREATE FUNCTION entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before bytea;
BEGIN
  IF NEW.index = 0 THEN
    SELECT sha256(convert_to(E'procurement-ledger/v1 genesis\n' || origin, 'UTF8'))
      INTO before FROM log WHERE id = NEW.log_id;
  ELSE
    SELECT leaf INTO before FROM entry WHERE log_id = NEW.log_id AND index = NEW.index - 1;
  END IF;
  IF before IS DISTINCT FROM NEW.prev THEN
    RAISE EXCEPTION 'entry % does not follow the leaf before it', NEW.index
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_follows AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_follows();
--> statement-breakpoint

-- Rights end where ownership begins; the trigger also stops a superuser who is not the owner.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER sealed_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sealed
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER arrival_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON arrival
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER checkpoint_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- A tile only widens: what was in it stays in front.
CREATE FUNCTION tile_widens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF octet_length(NEW.hashes) > 8192 OR octet_length(NEW.hashes) % 32 <> 0
     OR substring(NEW.hashes FOR octet_length(OLD.hashes)) <> OLD.hashes THEN
    RAISE EXCEPTION 'tile %/% may only widen', NEW.level, NEW.tile_index
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER tile_widens BEFORE UPDATE ON tile FOR EACH ROW EXECUTE FUNCTION tile_widens();
--> statement-breakpoint

-- Roles belong to the whole server: another database, or a migration beside this one, may have made them already.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['tenderbook_writer', 'tenderbook_reader'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- made in between
      END;
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO tenderbook_writer, tenderbook_reader;
--> statement-breakpoint
GRANT SELECT ON ALL TABLES IN SCHEMA public TO tenderbook_writer, tenderbook_reader;
--> statement-breakpoint
GRANT INSERT ON ALL TABLES IN SCHEMA public TO tenderbook_writer;
--> statement-breakpoint
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tenderbook_writer;
--> statement-breakpoint
-- Heads and tiles grow; derived rows and the services' own memory change. Erasure empties a payload.
GRANT UPDATE ON log_head, tile, state, register, procurement, outbox TO tenderbook_writer;
--> statement-breakpoint
GRANT UPDATE (vkey) ON log TO tenderbook_writer;
--> statement-breakpoint
GRANT UPDATE (expires) ON session TO tenderbook_writer;
--> statement-breakpoint
GRANT UPDATE (salt, bytes, erased_at) ON payload TO tenderbook_writer;
--> statement-breakpoint
GRANT DELETE ON arrival_open, session, challenge TO tenderbook_writer;
