-- The list is derived: it is emptied here and made again from the ledger before anything is served (db/migrate.ts).
TRUNCATE "procurement";--> statement-breakpoint
DROP INDEX "procurement_version";--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "zone" text NOT NULL;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "summary" text NOT NULL;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "category" text NOT NULL;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "method" text;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "code" text;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "due" text;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "sort_key" text NOT NULL;--> statement-breakpoint
ALTER TABLE "procurement" ADD COLUMN "search" "tsvector" NOT NULL;--> statement-breakpoint
CREATE INDEX "procurement_sort_key" ON "procurement" USING btree ("sort_key","ocid");--> statement-breakpoint
CREATE INDEX "procurement_search" ON "procurement" USING gin ("search");