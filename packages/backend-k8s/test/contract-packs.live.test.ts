import { describe } from 'vitest';
import { keepsContract, PACK } from './contract.ts';

describe('jobs, in packs', () => {
  keepsContract('contract-packs', PACK);
});
