import { errorsOf } from '@orchestrate/core';

const SSH_ERRORS = {
  SSH_ARGUMENT: {
    retry: 'never',
    hint: 'Correct the command, variable or folder; no text may hold a NUL character.',
  },
  SSH_CLOSED: {
    retry: 'never',
    hint: 'The connection was closed on purpose; open the host again.',
  },
  SSH_CONFIG: {
    retry: 'never',
    hint: 'Correct the `ssh:` block of the project file, or the entry of the host in ~/.ssh/config.',
  },
  SSH_UNREACHABLE: {
    retry: 'later',
    hint: 'Check the network and the name of the login host; try `ssh HOST true` in a terminal.',
  },
  SSH_LOGIN_REQUIRED: {
    retry: 'later',
    hint: 'Log in by hand once, as the message says; what runs on the cluster goes on meanwhile.',
  },
  SSH_HOST_KEY_UNKNOWN: {
    retry: 'never',
    hint: 'Compare the fingerprint with the one your site publishes, then log in once with `ssh HOST` and accept the key.',
  },
  SSH_HOST_KEY_CHANGED: {
    retry: 'never',
    hint: 'Ask your site whether the key of the host was changed. Only if so, remove the old one with `ssh-keygen -R HOST`.',
  },
  SSH_HOST_KEY_REVOKED: {
    retry: 'never',
    hint: 'Do not connect. The key is marked as revoked in known_hosts: ask the administrators of the host.',
  },
  SSH_LINK_LOST: {
    retry: 'later',
    hint: 'Whether the command was run is unknown: look before it is sent again.',
  },
  SSH_TIMEOUT: {
    retry: 'later',
    hint: 'Whether the command was run is unknown: look before it is sent again. The host may be busy.',
  },
  SSH_OUTPUT_TOO_LARGE: {
    retry: 'never',
    hint: 'Let the command write to a file and fetch that.',
  },
  SSH_REMOTE_COMMAND: {
    retry: 'later',
    hint: 'The message is that of the host. Check the space and the rights of the folder there.',
  },
  SSH_SPACE: {
    retry: 'later',
    hint: 'Make room there, ask your site for more, or name another folder as `workdir`; what is there already is kept.',
  },
  SSH_TRANSFER_DIGEST: {
    retry: 'later',
    hint: 'A file was changed while it was copied, or damaged on the way. Copy it again when nothing writes to it.',
  },
  SSH_ARCHIVE: {
    retry: 'never',
    hint: 'Nothing was written outside the folder. Look at the names and links in the folder on the host.',
  },
} as const;

/** Makes the errors of this package. */
export const sshError = errorsOf(SSH_ERRORS);
