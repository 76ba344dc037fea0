#!/usr/bin/env node
// Plain JavaScript, so that an old version of Node can read it and say what it lacks
// before it meets anything newer.
var wanted = 24
var major = Number(process.versions.node.split('.')[0])

if (major >= wanted) import('../src/main.ts').then((chadan) => chadan.main(process.argv))
else
  Promise.all([import('node:child_process'), import('node:fs'), import('node:url')]).then(startNewer, refuse)

// `npm ci` in a clone brings a Node of its own: better to start that than to send the reader away.
function startNewer(modules) {
  var own = modules[2].fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))
  // Were it the Node that runs already, it would start itself without end.
  if (!modules[1].existsSync(own) || modules[1].realpathSync(own) === process.execPath) return refuse()
  var child = modules[0].spawn(own, process.argv.slice(1), { stdio: 'inherit' })
  // Who stops this process means the one that works, which saves its state before it ends.
  ;['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => child.kill(signal))
  })
  child.on('error', refuse)
  child.on('exit', (code) => {
    process.exitCode = code === null ? 1 : code
  })
}

function refuse() {
  process.stderr.write(
    'chadan needs Node ' +
      wanted +
      ' or newer, and this is ' +
      process.versions.node +
      ': install a newer one from https://nodejs.org\n',
  )
  process.exitCode = 1
}
