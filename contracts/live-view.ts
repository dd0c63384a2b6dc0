import { z } from 'zod';
import { sentenceSchema } from './said-schema.ts';

/**
 * What is said over the web sockets of the live view. A browser host keeps one socket open to the API and is asked over
 * it; a person opens one for each account task that they look at. The API stands between: it knows who may look, and
 * passes pictures on without reading them.
 *
 * | socket | who opens it |
 * | --- | --- |
 * | `/api/worker/live` | a browser host, with its worker token |
 * | `/api/live/{accountTaskId}?mode=watch\|take-over` | a person, with the cookie or a token |
 */
export const HOST_SOCKET = '/api/worker/live';
export const VIEW_SOCKET = '/api/live/';

/** `watch`: what a step does, as long as there are steps. `take-over`: a browser of one's own for a parked account. */
export const LIVE_MODES = ['watch', 'take-over'] as const;
export type LiveMode = (typeof LIVE_MODES)[number];

/** Bytes of one message at most: a picture of the largest page, as base64. */
export const HOST_MESSAGE_BYTES = 4 * 1024 ** 2;
export const VIEW_MESSAGE_BYTES = 16 * 1024;

/** Bits as the Chrome DevTools Protocol has them: Alt 1, Ctrl 2, Meta 4, Shift 8. */
const modifiers = z.int().min(0).max(15).default(0);
/** CSS pixels of the page, from its top left corner. */
const point = { x: z.number().min(0).max(10_000), y: z.number().min(0).max(10_000) };

export const liveInputSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('mouse'),
    type: z.enum(['pressed', 'released', 'moved']),
    ...point,
    button: z.enum(['none', 'left', 'middle', 'right']).default('none'),
    /** Buttons that are down, as `MouseEvent.buttons`. */
    buttons: z.int().min(0).max(31).default(0),
    clickCount: z.int().min(0).max(3).default(0),
    modifiers,
  }),
  z.object({
    kind: z.literal('wheel'),
    ...point,
    deltaX: z.number().min(-5_000).max(5_000),
    deltaY: z.number().min(-5_000).max(5_000),
    modifiers,
  }),
  z.object({
    kind: z.literal('key'),
    type: z.enum(['down', 'up']),
    /** As `KeyboardEvent` has them. */
    key: z.string().max(40),
    code: z.string().max(40),
    keyCode: z.int().min(0).max(255),
    /** What the key types, if anything. */
    text: z.string().max(8).optional(),
    modifiers,
  }),
  /** What was pasted, or composed by an input method. */
  z.object({ kind: z.literal('text'), text: z.string().min(1).max(4_000) }),
  z.object({ kind: z.literal('navigate'), to: z.enum(['back', 'reload']) }),
]);
export type LiveInput = z.output<typeof liveInputSchema>;

/** One picture of the page. `width` and `height` are those of the page in CSS pixels, which input is counted in. */
export const liveFrameSchema = z.object({
  type: z.literal('frame'),
  n: z.int(),
  /** A JPEG as base64. */
  data: z.string(),
  width: z.number(),
  height: z.number(),
  /** Host and path of the page: queries may hold secrets. */
  address: z.string(),
});
export type LiveFrame = z.infer<typeof liveFrameSchema>;

/** Why a view ended. */
export const LIVE_ENDS = [
  /** The person said that it is done; the session is kept. */
  'finished',
  /** The person left, or the socket broke. */
  'left',
  /** Nothing was typed or pressed for long. */
  'idle',
  /** Another holder has the account's lease, or it could not be renewed. */
  'lease-lost',
  /** The host goes away, or has no room. */
  'host-gone',
  /** The browser could not be had, or the session not be kept. */
  'failed',
] as const;
export type LiveEnd = (typeof LIVE_ENDS)[number];

/** The sentences of a message or note by their codes, which the API adds for the person. */
const said = z.array(sentenceSchema).optional();

const ended = z.object({ type: z.literal('ended'), reason: z.enum(LIVE_ENDS), message: z.string().max(500), said });
/** The page of a view can be seen from now on. `note`: what the platform asked for when the account came in. */
const opened = z.object({ type: z.literal('opened'), note: z.string().max(500).nullable(), said });
/** No step is in a browser now; pictures come once there is one. */
const waiting = z.object({ type: z.literal('waiting') });

/** API → person. */
export const toPersonSchema = z.discriminatedUnion('type', [liveFrameSchema, opened, waiting, ended]);
export type ToPerson = z.infer<typeof toPersonSchema>;

const ack = z.object({ type: z.literal('ack'), n: z.int() });
const input = z.object({ type: z.literal('input'), input: liveInputSchema });
const finish = z.object({ type: z.literal('finish') });

/** Person → API. A picture is followed by the next one once it was acknowledged. */
export const fromPersonSchema = z.discriminatedUnion('type', [ack, input, finish]);
export type FromPerson = z.infer<typeof fromPersonSchema>;

const view = { view: z.uuid() };

/** API → host. */
export const toHostSchema = z.discriminatedUnion('type', [
  z.object({ ...view, type: z.literal('watch'), accountTaskId: z.uuid() }),
  z.object({
    ...view,
    type: z.literal('take-over'),
    accountTaskId: z.uuid(),
    accountId: z.uuid(),
    platform: z.string(),
    fencingToken: z.string().regex(/^\d{1,19}$/),
  }),
  ack.extend(view),
  input.extend(view),
  finish.extend(view),
  z.object({ ...view, type: z.literal('close') }),
]);
export type ToHost = z.output<typeof toHostSchema>;

/** Host → API. `full`: it has no browser for another take-over. */
export const fromHostSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), host: z.string().min(1).max(200) }),
  liveFrameSchema.extend(view),
  opened.extend(view),
  waiting.extend(view),
  ended.extend(view),
  z.object({ ...view, type: z.literal('full') }),
]);
export type FromHost = z.infer<typeof fromHostSchema>;

/** The name under which a take-over holds an account's lease. */
export const takeOverOwner = (person: string): string => `take-over/${person}`;
