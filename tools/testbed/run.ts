/** Entry of `npm run test:live`. Says plainly that nothing is tested live as long as that is true. */
process.stdout.write(
  'live tests: none; no package here talks to a server yet (tools/testbed/README.md)\n',
);
