import type { LayoutProps } from './layout.tsx'

export const example: LayoutProps = {
  title: '12 rugged tablets',
  section: 'purchases',
  crumbs: [{ label: 'Purchases', href: '/' }, { label: 'GL-26-014' }],
  islands: ['deadline'],
  jsonHref: '/procurements/GL-26-014.json',
  agency: 'Granite Lakes',
  assets: {
    styles: { href: '/assets/main.css?v=1', integrity: 'sha384-a' },
    islands: { deadline: { href: '/assets/islands/deadline.js?v=1', integrity: 'sha384-b' } },
  },
  children: 'Content',
}
