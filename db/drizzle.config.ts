/** For drizzle-kit: `npx drizzle-kit generate --config db/drizzle.config.ts` (add `--custom` for SQL beyond tables). */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './db/schema.ts',
  out: './migrations',
})
