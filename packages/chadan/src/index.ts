/** The command, for programs that want its parts: a fetch function on a socket, and the business day. */
export { type Day, type DayOptions, liveDay } from './demo/day.ts'
export type { DayResult } from './demo/summary.ts'
export { type Served, type ServeOptions, type Serving, serve } from './serve.ts'
