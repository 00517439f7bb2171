#!/usr/bin/env node
// npm links a command only to a file that is there when it installs. This one is, also in a clone that has not been built
// yet; then the source is run instead.

const [major] = process.versions.node.split('.');
const oldest = 24;

if (Number(major) < oldest) {
  process.stderr.write(
    `error CLI_NODE_TOO_OLD: orchestrate needs Node ${oldest} or newer; this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  const { existsSync } = process.getBuiltinModule('node:fs');
  const built = new URL('../dist/bin.js', import.meta.url);
  if (existsSync(built)) {
    await import(built.href);
  } else {
    const { spawnSync } = await import('node:child_process');
    const { fileURLToPath } = await import('node:url');
    const source = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
    const call = ['--conditions=@orchestrate/source', source, ...process.argv.slice(2)];
    process.exitCode = spawnSync(process.execPath, call, { stdio: 'inherit' }).status ?? 1;
  }
}
