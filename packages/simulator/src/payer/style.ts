/** The look of the payer's page. It stands inside the page and is named by its hash in the policy. */
export const style = `
:root { color-scheme: light; --ink: #191919; --soft: #666; --line: #e5e5e5; --green: #07803f; --red: #b3261e }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; background: #ededed; color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif }
header { padding: 10px 16px; text-align: center; font-size: 13px; color: var(--soft) }
main { max-width: 420px; margin: 0 auto; padding: 0 12px 32px }
.card { background: #fff; border-radius: 12px; padding: 24px 20px; overflow-wrap: anywhere }
.payee { margin: 0; text-align: center; font-size: 16px; font-weight: 500 }
.amount { margin: 8px 0 4px; text-align: center; font-size: 42px; line-height: 1.2; font-weight: 600;
  font-variant-numeric: tabular-nums }
.result { text-align: center; margin: 0 0 16px }
.mark { display: inline-block; width: 56px; height: 56px; border-radius: 28px; line-height: 56px;
  font-size: 30px; font-weight: 700; color: #fff; background: #737373 }
.good .mark { background: var(--green) }
.bad .mark { background: var(--red) }
.wait .mark { background: #8a5a00 }
.result h1 { margin: 8px 0 0; font-size: 22px }
.hint { margin: 4px 0 0; color: var(--soft); font-size: 14px }
.note { margin: 0 0 16px; padding: 10px 12px; border-radius: 8px; background: #fff4e0; color: #6b4500; font-size: 14px }
dl { margin: 20px 0 0; border-top: 1px solid var(--line); padding-top: 8px }
dl div { display: flex; justify-content: space-between; gap: 16px; padding: 6px 0; font-size: 14px }
dt { color: var(--soft); min-width: 0; flex: 0 1 auto }
dd { margin: 0; text-align: right; min-width: 30%; font-variant-numeric: tabular-nums }
fieldset { border: 0; border-top: 1px solid var(--line); margin: 12px 0 0; padding: 12px 0 0; min-width: 0 }
legend { float: left; width: 100%; padding: 0; font-size: 14px; color: var(--soft) }
label { display: flex; clear: both; align-items: center; gap: 10px; min-height: 44px; font-size: 15px }
label span { flex: 1; min-width: 0 }
label b { font-weight: 500; color: var(--red); font-variant-numeric: tabular-nums }
input { width: 20px; height: 20px; accent-color: var(--green) }
.buttons { display: grid; gap: 10px; margin-top: 20px }
button { min-height: 48px; border: 1px solid transparent; border-radius: 8px; font: inherit; font-size: 17px;
  cursor: pointer }
button:focus-visible, input:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px }
.primary { background: var(--green); color: #fff; font-weight: 500 }
.second { background: #f2f2f2; color: var(--ink) }
.quiet { background: none; color: var(--soft) }
footer { margin-top: 14px; text-align: center; font-size: 12px; color: var(--soft) }
@media (min-width: 600px) { main { padding-top: 6vh } }
`
