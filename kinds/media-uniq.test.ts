import type { Recipe } from '../contracts/media.ts';
import { DRAWN_PARTS } from '../contracts/recipes.ts';
import type { KindContext } from './define.ts';
import { drawRecipe } from './draw-recipe.ts';
import { mediaUniq } from './media-uniq.ts';
import { upload } from './upload.ts';

const ids = ['3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11', '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e12'];
const accountOf = (id: string) => ({
  id,
  platform: 'sandbox',
  username: `user-${id}`,
  timeZone: 'UTC',
  quietHours: null,
  proxyId: null,
  links: [],
});
const task = { id: 't1', date: '2026-01-31T10:00:00.000Z', total: 3 };
const facts = { targets: [], platforms: {}, visitHosts: [] };
const ranges = { speed: [0.9, 1.1], brightness: [-0.1, 0.1], trimStartMs: [0, 900], cropPercent: [0, 8] };

function planOf(params: object, id = 'a1', taskId = 't1') {
  const parsed = mediaUniq.params.parse({ mediaIds: ids, recipe: ranges, ...params });
  return mediaUniq.plan(parsed, accountOf(id), 0, { ...task, id: taskId }, facts).media;
}

describe('the renditions of an account', () => {
  it('are drawn inside the ranges, each part as one number', () => {
    for (const { recipes } of planOf({ variantsPerAccount: 5 })) {
      for (const recipe of recipes) {
        for (const part of DRAWN_PARTS) {
          const pair = recipe[part];
          if (!pair) continue;
          const [low, high] = ranges[part as keyof typeof ranges] as [number, number];
          expect(pair[0]).toBe(pair[1]);
          expect(pair[0]).toBeGreaterThanOrEqual(low);
          expect(pair[0]).toBeLessThanOrEqual(high);
        }
        expect(Number.isInteger(recipe.trimStartMs?.[0])).toBe(true);
      }
    }
  });

  it('are the same for the same account and seed, whatever the task', () => {
    expect(planOf({}, 'a1', 't1')).toEqual(planOf({}, 'a1', 't2'));
  });

  it('differ between accounts, files, numbers and seeds', () => {
    const speeds = [
      ...planOf({ variantsPerAccount: 2 }).flatMap(({ recipes }) => recipes),
      ...planOf({}, 'a2').flatMap(({ recipes }) => recipes),
      ...planOf({ recipe: { ...ranges, seed: 'spring' } }).flatMap(({ recipes }) => recipes),
    ].map(({ speed }) => speed?.[0]);
    expect(new Set(speeds).size).toBe(speeds.length);
  });

  it('spread over the whole range', () => {
    const drawn = Array.from({ length: 200 }, (_, n) => planOf({}, `account-${n}`)[0]!.recipes[0]!.speed![0]);
    expect(Math.min(...drawn)).toBeLessThan(0.91);
    expect(Math.max(...drawn)).toBeGreaterThan(1.09);
    const mean = drawn.reduce((sum, n) => sum + n, 0) / drawn.length;
    expect(Math.abs(mean - 1)).toBeLessThan(0.02);
  });

  it("carry the account's name where the recipe says so", () => {
    const recipe = { text: { template: '@{{username}} #{{index}}' }, metadata: { title: '{{date}}' } };
    expect(planOf({ recipe })[0]?.recipes[0]).toMatchObject({
      text: { template: '@user-a1 #1' },
      metadata: { title: '2026-01-31' },
    });
  });

  it.each([
    ['9:16', 1920],
    ['1:1', 1080],
    ['16:9', 1080],
  ] as const)('have the shape and size of the preset %s, and what is given goes first', (preset, maxHeight) => {
    expect(planOf({ recipe: { preset } })[0]?.recipes[0]).toMatchObject({ aspect: preset, fit: 'crop', maxHeight });
    expect(planOf({ recipe: { preset, maxHeight: 720 } })[0]?.recipes[0]?.maxHeight).toBe(720);
  });

  it('stay as they are when nothing is drawn', () => {
    const old: Recipe = { aspect: '1:1', fit: 'crop', maxHeight: 720 };
    expect(drawRecipe(old, 'any')).toEqual(old);
  });
});

describe('params', () => {
  it.each([
    ['a range that runs backwards', { recipe: { speed: [1.1, 0.9] } }],
    ['a range outside of what makes sense', { recipe: { speed: [0.1, 1] } }],
    ['a mark, which is not theirs to set', { recipe: { mark: 'me' } }],
    ['the same file twice', { mediaIds: [ids[0], ids[0]] }],
    ['an unknown part', { recipe: { rotate: 90 } }],
    ['too many renditions', { variantsPerAccount: 11 }],
  ])('refuse %s', (_title, params) => {
    expect(mediaUniq.params.safeParse({ mediaIds: ids, recipe: {}, ...params }).success).toBe(false);
  });
});

describe('a run', () => {
  type Answer = { renditions: { sha256: string; ssim: number; reused: boolean }[]; refused: string[] };
  const made = (reused: boolean) => ({ sha256: 'x', ssim: 1, reused });

  async function run(answers: Answer[]) {
    const counters: Record<string, number> = {};
    const orders: { mustMake: boolean }[] = [];
    const ctx = {
      work: async (_name: string, input: { mustMake: boolean }) => {
        orders.push(input);
        return answers[orders.length - 1];
      },
      count: (name: string, by = 1) => {
        counters[name] = (counters[name] ?? 0) + by;
      },
    } as unknown as KindContext<'rendered' | 'reused' | 'refused'>;
    const params = mediaUniq.params.parse({ mediaIds: ids, recipe: {} });
    const plan = mediaUniq.plan(params, accountOf('a1'), 0, task, facts);
    return { result: await mediaUniq.run(ctx, params, plan), counters, orders };
  }

  it('counts what was rendered, found and refused, and is partial when something was refused', async () => {
    const { result, counters, orders } = await run([
      { renditions: [made(false), made(true)], refused: [] },
      { renditions: [made(false)], refused: ['clip.mp4: too unlike.'] },
    ]);
    expect(result).toEqual({ state: 'partial', reason: 'clip.mp4: too unlike.' });
    expect(counters).toEqual({ rendered: 2, reused: 1, refused: 1 });
    expect(orders.map(({ mustMake }) => mustMake)).toEqual([false, false]);
  });

  it('lets the last file fail when nothing was made before it', async () => {
    const { orders } = await run([
      { renditions: [], refused: ['a.mp4: no.'] },
      { renditions: [made(false)], refused: [] },
    ]);
    expect(orders.map(({ mustMake }) => mustMake)).toEqual([false, true]);
  });
});

describe('an upload of renditions', () => {
  const own: Recipe = { aspect: 'source', fit: 'pad', speed: [1.02, 1.02], mark: 'at/0' };
  const withRenditions = { ...facts, renditions: new Map([['a1', [{ mediaId: ids[1]!, recipe: own }]]]) };
  const params = upload.params.parse({ mediaIds: ids, variantsOf: ids[0] });

  it("posts the account's own, of those videos that have one", () => {
    for (const index of [0, 1]) {
      const { posts } = upload.plan(params, accountOf('a1'), index, task, withRenditions);
      expect(posts).toEqual([expect.objectContaining({ mediaId: ids[1], recipe: own })]);
    }
  });

  it('refuses an account that has none', () => {
    expect(upload.refuse?.(params, accountOf('a1'), withRenditions)).toBeUndefined();
    expect(upload.refuse?.(params, accountOf('a2'), withRenditions)).toMatch(/rendered none of these videos/);
  });

  it('takes a recipe or a task, not both', () => {
    expect(upload.params.safeParse({ mediaIds: ids, variantsOf: ids[0], variants: {} }).success).toBe(false);
  });

  it('asks for the renditions only where it needs them', () => {
    expect(upload.facts?.(params)).toEqual({ renditionsOf: ids[0] });
    expect(upload.facts?.(upload.params.parse({ mediaIds: ids }))).toEqual({});
  });
});
