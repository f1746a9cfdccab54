/** The entry of the workflow bundle: what it exports is a workflow type. */
export { procurement } from './procurement.ts'
