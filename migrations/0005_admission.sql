ALTER TABLE "blob" ADD COLUMN "uploader" text;--> statement-breakpoint
ALTER TABLE "payload" ADD COLUMN "uploader" text;--> statement-breakpoint
CREATE INDEX "blob_uploader" ON "blob" USING btree ("uploader");--> statement-breakpoint
CREATE INDEX "payload_uploader" ON "payload" USING btree ("uploader");--> statement-breakpoint

-- An arrival that comes to no entry goes with its answer; one that has its answer stays. The writer cannot delete any.
CREATE FUNCTION drop_arrivals(ids uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  WITH open AS (DELETE FROM arrival_open WHERE arrival_id = ANY (ids) RETURNING arrival_id)
  DELETE FROM arrival WHERE id IN (SELECT arrival_id FROM open);
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION drop_arrivals(uuid[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION drop_arrivals(uuid[]) TO tenderbook_writer;
