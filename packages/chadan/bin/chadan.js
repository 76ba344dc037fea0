#!/usr/bin/env node
// Plain JavaScript, so that an old version of Node can read it and say what it lacks
// before it meets anything newer.
var wanted = 24
var major = Number(process.versions.node.split('.')[0])

if (major < wanted) {
  process.stderr.write(
    'chadan needs Node ' +
      wanted +
      ' or newer, and this is ' +
      process.versions.node +
      ': install a newer one from https://nodejs.org\n',
  )
  process.exitCode = 1
} else {
  import('../src/main.ts').then((chadan) => chadan.main(process.argv))
}
