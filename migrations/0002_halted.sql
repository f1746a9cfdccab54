ALTER TABLE "log" ADD COLUMN "halted" text;--> statement-breakpoint
GRANT UPDATE (halted) ON log TO tenderbook_writer;
