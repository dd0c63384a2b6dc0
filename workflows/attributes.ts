import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { patched, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttribute } from '../contracts/search-attributes.ts';
import type { BulkState } from '../contracts/states.ts';

const keyword = (name: SearchAttribute) => defineSearchAttributeKey(name, 'KEYWORD');
const TASK_KIND = keyword('TaskKind');
const BULK_TASK_ID = keyword('BulkTaskId');
const ACCOUNT_ID = keyword('AccountId');
const TASK_STATE = keyword('TaskState');

export interface BulkAttributes {
  /** What the workflow of an account is started with; nothing where the server does not know the attributes. */
  ofAccount(accountId: string | undefined): SearchAttributePair[];
  /** Writes the state of the bulk task where it has changed. */
  tell(state: BulkState): void;
}

/**
 * The search attributes of a bulk workflow and of its accounts. A server that lacks them refuses every command that
 * names one, so only a workflow that was itself started with all of them goes on to use them.
 * To be called once, at the start of a run.
 */
export function bulkAttributes(): BulkAttributes {
  const started = workflowInfo().typedSearchAttributes;
  const kind = started.get(TASK_KIND);
  const taskId = started.get(BULK_TASK_ID);
  let told = started.get(TASK_STATE);
  const known = kind !== undefined && taskId !== undefined && told !== undefined && patched('search-attributes');
  return {
    ofAccount(accountId) {
      if (!known) return [];
      return [
        { key: TASK_KIND, value: kind },
        { key: BULK_TASK_ID, value: taskId },
        ...(accountId === undefined ? [] : [{ key: ACCOUNT_ID, value: accountId }]),
      ];
    },
    tell(state) {
      if (!known || told === state) return;
      told = state;
      upsertSearchAttributes([{ key: TASK_STATE, value: state }]);
    },
  };
}

/**
 * Writes that the workflow of an account waits for a person, where it was started with the attributes: `parked` for as
 * long as it does. Its other states change too often to be worth an event each.
 */
export function parkedAttribute(): { enter(): void; leave(): void } {
  let told = false;
  return {
    enter() {
      const started = workflowInfo().typedSearchAttributes;
      const known = started.get(TASK_KIND) !== undefined && started.get(BULK_TASK_ID) !== undefined;
      if (!known || !patched('parked-attribute')) return;
      told = true;
      upsertSearchAttributes([{ key: TASK_STATE, value: 'parked' }]);
    },
    leave() {
      if (told) upsertSearchAttributes([{ key: TASK_STATE, value: null }]);
      told = false;
    },
  };
}
