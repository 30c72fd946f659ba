/** Before any suite: the assembly that all suites share which need a running API with default settings, but for the limits. */
import { assemblyWith } from './assembly';

export default function synthesiseOnce(): void {
  process.env['TOKEN_AUTH_TEST_ASSEMBLY'] = assemblyWith({ rateLimits: 'off' });
}
