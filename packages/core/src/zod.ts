/** The zod that our packages share at run time; a plugin may use this one or its own. */
export { z } from 'zod';
