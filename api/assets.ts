/**
 * Styles, islands, fonts and pictures. What a page links carries the hash of its bytes: in the address, so that it can be
 * kept for ever, and as `integrity`, so that the browser refuses other bytes.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express, { Router } from 'express'
import type { Asset, Assets } from '../web/components/layout/layout.tsx'
import { paths } from '../web/paths.ts'

/** Reads what was built. A folder without the islands or styles gives pages without them: they still read whole. */
export function readAssets(folder: string | undefined): Assets {
  const styles = assetOf(folder, 'main.css', paths.asset.styles)
  const islandsFolder = folder === undefined ? undefined : join(folder, 'islands')
  const names =
    islandsFolder !== undefined && existsSync(islandsFolder) ? readdirSync(islandsFolder) : []
  const islands = names
    .filter((name) => name.endsWith('.js'))
    .map(
      (name) =>
        [
          name.slice(0, -3),
          assetOf(islandsFolder, name, `${paths.asset.islands}/${name}`),
        ] as const,
    )
  return { styles, islands: Object.fromEntries(islands) }
}

function assetOf(folder: string | undefined, name: string, address: string): Asset {
  const path = folder === undefined ? undefined : join(folder, name)
  if (path === undefined || !existsSync(path)) return { href: address, integrity: '' }
  const bytes = readFileSync(path)
  const hash = createHash('sha384').update(bytes).digest('base64')
  return {
    href: `${address}?v=${hash.slice(0, 12).replace(/[+/]/g, '-')}`,
    integrity: `sha384-${hash}`,
  }
}

const forEver = { immutable: true, maxAge: '1y', index: false } as const

/** Serves the files. Their addresses change with their bytes; chunk names of islands are hashes already. */
export function assetRouter(folder: string | undefined): Router {
  const router = Router()
  if (folder !== undefined) router.use('/assets', express.static(folder, forEver))
  // The package's own entry is `dist/js/uswds.min.js`; pictures and fonts lie beside its folder.
  const entry = createRequire(import.meta.url).resolve('@uswds/uswds')
  const uswds = dirname(dirname(entry))
  router.use(paths.asset.img, express.static(join(uswds, 'img'), forEver))
  router.use(paths.asset.fonts, express.static(join(uswds, 'fonts'), forEver))
  return router
}
