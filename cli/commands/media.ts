import { type Command, Option } from 'commander';
import { contextOf, defined } from '../context.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { uploadFiles } from '../upload.ts';
import { lengthWords, sizeWords, timeWords } from '../words.ts';

interface ListOptions extends PageOptions {
  kind?: 'video' | 'image';
  tag?: string;
  q?: string;
}

/** `flotilla media`. */
export function register(program: Command): void {
  const media = program.command('media').description('the library of videos and pictures');
  withPages(media.command('list'))
    .description('files, newest first')
    .addOption(new Option('--kind <kind>').choices(['video', 'image']))
    .option('--tag <tag>', 'only with this tag')
    .option('--q <text>', 'part of the file name')
    .action(async ({ kind, tag, q, ...pages }: ListOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const filter = defined({ kind, tag, q });
      const page = await readPages(
        (at) => unwrap(api.GET('/api/media', { params: { query: { ...filter, ...at } } })),
        pages,
      );
      out.result(page, () => {
        out.table(
          ['id', 'name', 'kind', 'size', 'picture', 'length', 'tags', 'added'],
          page.items.map((file) => [
            ...[file.id, file.fileName, file.kind, sizeWords(file.bytes), `${file.width}×${file.height}`],
            ...[file.durationMs > 0 ? lengthWords(file.durationMs / 1_000) : '', file.tags.join(', ')],
            timeWords(file.createdAt),
          ]),
          'There is no such file.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  media
    .command('upload <files...>')
    .description('add files; what the library has already is not sent again')
    .option('--tag <tag...>', 'tags of files that are new')
    .action(async (files: string[], options: { tag?: string[] }, command: Command) => {
      const context = contextOf(command);
      const items = await uploadFiles(context, files, options.tag);
      context.out.result({ items }, () =>
        context.out.table(
          ['id', 'name', 'size', ''],
          items.map(({ id, fileName, bytes, uploaded }) => [
            ...[id, fileName, sizeWords(bytes)],
            uploaded ? 'added' : 'was there already',
          ]),
          '',
        ),
      );
    });
}
