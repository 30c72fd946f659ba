/** Before any suite: the default assembly, which all suites that need a running API share. */
import { assemblyWith } from './assembly';

export default function synthesiseOnce(): void {
  process.env['TOKEN_AUTH_TEST_ASSEMBLY'] = assemblyWith({});
}
