import type { Recipe } from '../contracts/media.ts';
import { drawParts, softenRecipe, withPreset } from '../contracts/recipes.ts';
import type { TemplateValues } from './template.ts';
import { hashSeed, renderTemplate } from './template.ts';

/**
 * A recipe in which nothing is left to chance: its preset spelled out and every pair of numbers drawn by the seed. The
 * same recipe and seed always give the same; a recipe without anything to draw stays as it is.
 * @param mildness how often it has been made milder already
 */
export function drawRecipe(recipe: Recipe, seedText: string, mildness = 0): Recipe {
  const drawn = drawParts(withPreset(recipe), (part) => hashSeed(`${seedText}/${part}`) / 2 ** 32);
  return softenRecipe(drawn, mildness);
}

/** Fills in the texts of a recipe for one account. */
export function fillInRecipe(recipe: Recipe, values: TemplateValues, seedText: string): Recipe {
  const { text, metadata, ...rest } = recipe;
  const fill = (part: string, template: string) => renderTemplate(template, values, `${seedText}/${part}`);
  return {
    ...rest,
    ...(text ? { text: { ...text, template: fill('text', text.template) } } : {}),
    ...(metadata
      ? {
          metadata: Object.fromEntries(
            Object.entries(metadata).map(([name, template]) => [name, template && fill(name, template)]),
          ),
        }
      : {}),
  };
}
