/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/package/*.test.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testTimeout: 300_000,
};
