/** A scalar that PyYAML cannot make a value of. The reader turns it into a problem with its place. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
