/** Jest over TypeScript through swc; packages that ship only ES modules are transformed too. */
const esmPackages = [
  'p-limit',
  'yocto-queue',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'otpauth',
  '@noble',
  'openapi-fetch',
  'mime',
  '@bomb.sh',
  '@tus',
  'srvx',
];

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/data/', '<rootDir>/tools/', '<rootDir>/web/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/data/', '<rootDir>/tools/', '<rootDir>/web/dist/'],
  extensionsToTreatAsEsm: [],
  // Prisma's query compiler is published twice; Jest takes the CommonJS one.
  moduleNameMapper: { '^(@prisma/client/runtime/query_compiler.*)\\.mjs$': '$1.js' },
  transform: {
    '^.+\\.(t|j|mj)sx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2022',
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
  setupFilesAfterEnv: ['<rootDir>/tests/support/retry.ts'],
  testTimeout: 90_000,
};
