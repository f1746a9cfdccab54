-- A session that is used lives on; nothing else of it changes.
GRANT UPDATE (expires) ON session TO tenderbook_writer;
