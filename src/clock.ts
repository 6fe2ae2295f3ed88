/** Milliseconds from some moment on. The global `performance` would load four modules of Node's first, which takes a millisecond. */
export const milliseconds = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
