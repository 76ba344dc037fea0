/** `chadan demo`: real orders of all five products, over real HTTP with real cryptography. */
import { Command } from 'commander'
import { runDemo } from '../demo/demo.ts'
import { tableOf } from '../demo/table.ts'

/** The subcommand. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('watch orders of all five products being placed, paid, notified, queried and refunded')
    .option('--json', 'print the outcomes as JSON, for machines')
    .addHelpText(
      'after',
      `
A simulator of WeChat Pay and a merchant's server talk over loopback; nothing leaves this machine.
The exit status is 0 when every story ended as it should.

Examples:
  chadan demo
  chadan demo --json
`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const out = (line: string) => void process.stdout.write(`${line}\n`)
      let current = ''
      const outcomes = await runDemo({
        startMs: Date.now(),
        fetch: (request) => fetch(request),
        report(story, { step, seen, ok }) {
          if (json) return
          if (current !== story.title) out(`\n${story.product}: ${story.title}`)
          current = story.title
          out(`  ${ok ? '✓' : '✗'} ${step.padEnd(24)} ${seen}`)
        },
      })
      const ok = outcomes.every((outcome) => outcome.ok)
      out(
        json
          ? JSON.stringify({ ok, outcomes })
          : `\n${tableOf(outcomes)}\n\n${ok ? 'Every order ended as it should.' : 'Some orders did not end as they should.'}`,
      )
      if (!ok) process.exitCode = 1
    })
}
