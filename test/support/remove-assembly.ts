import { rmSync } from 'node:fs';

export default function removeAssembly(): void {
  rmSync(process.env['TOKEN_AUTH_TEST_ASSEMBLY'] ?? '', { recursive: true, force: true });
}
