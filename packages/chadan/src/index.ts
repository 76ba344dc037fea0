/** The command, for programs that want its parts: a fetch function on a socket, and the demonstration. */
export { type DemoOptions, runDemo } from './demo/demo.ts'
export { type Served, type ServeOptions, type Serving, serve } from './serve.ts'
