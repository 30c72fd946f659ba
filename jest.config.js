// The suites run on Node 20 too; its users need not read the SDK's notice in every one of them.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
// The CDK's own check of a template takes seconds, and every suite synthesises. `unexplainedFindings` and `npm run synth` make it.
process.env['CDK_VALIDATION'] = 'false';
// A third of the time that it takes to make a stack: where each resource was made.
process.env['CDK_CONTEXT_JSON'] = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true });

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // A browser, or fresh apps with packages of their own: npm run test:browser, npm run test:package.
  testPathIgnorePatterns: ['<rootDir>/test/(browser|package)/'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  moduleNameMapper: {
    '^./bundled-code$': '<rootDir>/test/support/bundled-once.ts',
    // TypeScript wants a dynamic import with the extension that its output would have.
    '^./(common-passwords|imported-hash|argon2-wasm).js$': '<rootDir>/functions/shared/domain/$1.ts',
  },
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  globalSetup: '<rootDir>/test/support/synthesise-once.ts',
  globalTeardown: '<rootDir>/test/support/remove-assembly.ts',
  testTimeout: 30_000,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  maxWorkers: '100%',
};
