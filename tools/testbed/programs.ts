/**
 * Programs that some of the tests of `npm test` use when they are there: installs those that are missing, so that no test
 * is left out. `node tools/testbed/programs.ts`; ends with 1 when it could not.
 */
import { installPackages } from './debian-packages.ts';

const PROGRAMS = new Map([
  ['rsync', '/usr/bin/rsync'],
  ['openssh-client', '/usr/bin/ssh'],
  ['tmux', '/usr/bin/tmux'],
  ['bsdutils', '/usr/bin/script'],
  ['zsh', '/bin/zsh'],
  ['fish', '/usr/bin/fish'],
]);

const reason = installPackages(PROGRAMS);
console.log(reason === undefined ? 'programs: ready' : `did not run: programs (${reason})`);
process.exitCode = reason === undefined ? 0 : 1;
