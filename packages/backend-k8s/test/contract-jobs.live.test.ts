import { describe } from 'vitest';
import { keepsContract } from './contract.ts';

describe('jobs, each a Job of its own', () => {
  keepsContract('contract-jobs', false);
});
