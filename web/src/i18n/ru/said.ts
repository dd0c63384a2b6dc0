import fields from './fields.ts';
import findings from './findings.ts';
import reasons from './reasons.ts';
import refusals from './refusals.ts';

/** What the server says, by the codes of `contracts/sentences/`. */
export default { ...reasons, ...findings, ...refusals, ...fields } as const;
