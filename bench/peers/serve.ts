/** A server in a process of its own, whose CPU time is measured. */

/** Tells the process that started this one where the server is, and as often as it asks how much CPU time this process has taken. */
export function serve(url: string): void {
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.once('disconnect', () => process.exit());
  process.send?.(url);
}
