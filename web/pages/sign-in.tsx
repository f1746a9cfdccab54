import { Layout } from '../components/layout/layout.tsx'
import { tame } from '../format.ts'
import { paths } from '../paths.ts'
import type { PageContext } from './procurements.tsx'

export interface SignInView {
  /** Where to go afterwards: an address of this service. */
  next: string
  origin: string
  /** In development only: people who are enrolled already, one line each. */
  ready: { person: string; name: string; roles: string }[]
}

/**
 * Signing in is proving a key. A browser that has one signs in with one click; a new one makes a key, which a registrar
 * enrols. The demonstration's registrar does that at once.
 */
export const SignInPage = ({ view, context }: { view: SignInView; context: PageContext }) => (
  <Layout title="Sign in" islands={['sign-in']} {...context}>
    <h1>Sign in</h1>
    <p class="tb-lede">
      You sign in with a key that this browser keeps and never gives away. There is no password.
    </p>
    <div data-island="sign-in" data-next={view.next} data-origin={view.origin} class="tb-sign-in">
      <p class="tb-off" data-off>
        Signing in needs a script, to sign with your key. Everything that is public can be read
        without.
      </p>
      <section data-known hidden aria-labelledby="known">
        <h2 id="known">Keys in this browser</h2>
        <ul class="tb-people"></ul>
      </section>
      {view.ready.length > 0 && <Ready people={view.ready} />}
      <h2>New here?</h2>
      <ul class="usa-list">
        <li>
          <a href={paths.page.registerVendor}>Register a firm</a>, and quote at once.
        </li>
        <li>
          <a href={paths.page.newDevice}>Use this browser as another device of yours</a>
        </li>
        <li>
          <a href={paths.page.lostKey}>Your key is lost?</a>
        </li>
      </ul>
      <div data-status role="status" class="tb-status"></div>
    </div>
  </Layout>
)

const Ready = ({ people }: { people: SignInView['ready'] }) => (
  <section aria-labelledby="ready">
    <h2 id="ready">People of the demonstration</h2>
    <p class="tb-second">
      One click makes a key in this browser, which the registrar of the demonstration enrols.
    </p>
    <ul class="tb-people">
      {people.map(({ person, name, roles }) => (
        <li key={person}>
          <button
            type="button"
            class="usa-button usa-button--outline"
            data-person={person}
            hidden
          >{`Sign in as ${tame(name)}`}</button>
          <span class="tb-second">{roles}</span>
        </li>
      ))}
    </ul>
  </section>
)
