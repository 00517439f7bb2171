import { ensembleError } from '../errors.ts';
import type { Complaint } from '../pyyaml/problem.ts';

/** The runs that `-i` names, and what has to be said whenever it is used. */
export interface IndexOption {
  /** Positions in the `runs` of each batch, from 0: the runs to be made. */
  readonly indexes: ReadonlySet<number>;
  readonly warning: Complaint;
}

/** To be shown whenever `-i` is used. */
const WARNING: Complaint = {
  kind: 'index-option',
  message: '`-i` runs only the runs named; model-ensembler from 0.5.4 on leaves them out instead',
  hint: 'check that the selection is the one you mean',
};

/**
 * Reads `-i 0,2,5`. It selects, as its help text says and as model-ensembler did up to 0.5.3; from 0.5.4 on that leaves out the
 * runs named.
 *
 * @throws UPSTREAM_INDEXES when the text is no list of numbers with commas.
 */
export function readIndexOption(written: string): IndexOption {
  if (!/^[0-9]{1,9}(?:,[0-9]{1,9})*$/.test(written)) {
    const shown = JSON.stringify(written.slice(0, 60));
    throw ensembleError(
      'UPSTREAM_INDEXES',
      `-i: expected numbers with commas between, got ${shown}`,
    );
  }
  return { indexes: new Set(written.split(',').map(Number)), warning: WARNING };
}
