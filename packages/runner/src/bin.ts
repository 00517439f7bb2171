#!/usr/bin/env node
import { isMainThread } from 'node:worker_threads';
import { runPackFile } from './pack-file.ts';
import { watch } from './watchdog.ts';
import { PackWorker } from './worker.ts';

const args = process.argv.slice(2);
if (!isMainThread) watch();
else if (args[0] === '--worker') new PackWorker(new URL(import.meta.url)).listen();
else process.exitCode = await runPackFile(args);
