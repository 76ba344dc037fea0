/** Names that stand twice in one object of a JSON text: readers on the way may take the other one. */

/** Whether an object of this text, which is JSON, has a name twice; however it is written. */
export function hasNameTwice(text: string): boolean {
  const open: ({ names: Set<string>; next: boolean } | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const inside = open.at(-1)
    switch (text[at]) {
      case '{':
        open.push({ names: new Set(), next: true })
        break
      case '[':
        open.push(undefined)
        break
      case '}':
      case ']':
        open.pop()
        break
      case ',':
        if (inside) inside.next = true
        break
      case '"': {
        const end = endOfText(text, at)
        if (inside?.next) {
          const name = String(JSON.parse(text.slice(at, end)))
          if (inside.names.has(name)) return true
          inside.names.add(name)
          inside.next = false
        }
        at = end - 1
      }
    }
  }
  return false
}

/** The place behind the closing quote. */
function endOfText(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
