import { Choice } from '../components/choice/choice.tsx'
import { Field, Fixed } from '../components/field/field.tsx'
import type { ActPage, ActView } from './page.ts'

/** Giving up a key of one's own: later uses are refused, and its sessions end with the next request. */
export const keyRevoke: ActPage = {
  t: 'key.revoke',
  role: 'own',
  title: () => 'Give up a key',
  verb: 'Sign and give it up',
  follows: ({ query, viewer }) => [
    'Nothing that is signed with it later counts. This cannot be undone.',
    ...(query['kid'] === viewer.kid
      ? ['It is the key that you are signed in with: you will be signed out.']
      : []),
  ],
  Fields,
}

function Fields({ view }: { view: ActView }) {
  return (
    <>
      <Fixed path="kid" value={view.query['kid'] ?? ''} />
      <Choice
        path="reason.code"
        legend="Why?"
        options={[
          { value: 'lost', label: 'The device is lost' },
          { value: 'stolen', label: 'The device was stolen' },
          { value: 'replaced', label: 'I use another device now' },
          { value: 'compromised', label: 'Somebody else may have used it' },
          { value: 'other', label: 'Something else' },
        ]}
      />
      <Field path="reason.text" kind="text" label="In your words" rows={2} max={1000} />
    </>
  )
}
