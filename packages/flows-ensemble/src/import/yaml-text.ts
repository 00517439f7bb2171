import { floatText } from '../python/float-text.ts';
import { str } from '../python/text.ts';
import { isList, PyDict, type PyValue } from '../python/value.ts';

const PLAIN = /^[A-Za-z_./][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+=-]+)*$/;
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n|\.inf|\.nan)$/i;

/** A text as YAML: plain where every reader takes it for that text, in double quotes otherwise. */
export function yamlString(text: string): string {
  return PLAIN.test(text) && !WORDS.test(text) ? text : JSON.stringify(text);
}

/** A value as YAML on one line, in the form in which the project file has it: `100.0` stays `100.0`. Dates become texts. */
export function yamlValue(value: PyValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return yamlString(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number')
    return Number.isFinite(value) ? floatText(value) : `"${floatText(value)}"`;
  if (isList(value)) return `[${value.map(yamlValue).join(', ')}]`;
  if (value instanceof PyDict) {
    if (value.size === 0) return '{}';
    const pairs = value
      .entries()
      .map(([key, item]) => `${yamlString(str(key))}: ${yamlValue(item)}`);
    return `{ ${pairs.join(', ')} }`;
  }
  return yamlString(str(value));
}

/** Whether a value is another one in a project file: what YAML 1.1 of PyYAML has and YAML 1.2 does not. */
export function losesType(value: PyValue): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (value === null || typeof value !== 'object') return false;
  if (isList(value)) return value.some(losesType);
  return value instanceof PyDict ? value.values().some(losesType) : true;
}
