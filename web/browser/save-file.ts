/** Gives a file that was made here to the person, as a download. */
export function saveFile(name: string, bytes: Uint8Array): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
