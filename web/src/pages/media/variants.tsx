import { Text, Title, UnstyledButton } from '@mantine/core';
import { Suspense } from 'react';
import { variantThumbnailUrl } from '../../api/media.ts';
import type { MediaDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { overlay } from '../../ui/part.tsx';
import { Ago } from '../../ui/time.tsx';
import { likeness } from './likeness.ts';
import classes from './variants.module.css';

const CompareDialog = overlay(async () => (await import('./compare-dialog.tsx')).CompareDialog);

/** What was rendered from a file; each opens beside its source. */
export function Variants({ media }: { media: MediaDetail }) {
  const { get, set } = useAddress(['open', 'variant']);
  const { variants, variantCount } = media;
  const opened = variants.find(({ id }) => id === get('variant'));
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t('media:variants')}{' '}
        {variantCount > 0 && (
          <Text span c="dimmed" className="tabular">
            {formatCount(variantCount)}
          </Text>
        )}
      </Title>
      {variants.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('media:variants.none')}
        </Text>
      ) : (
        <ul className={classes.list}>
          {variants.map((variant) => (
            <li key={variant.id}>
              <UnstyledButton className={`surface ${classes.variant}`} onClick={() => set('variant', variant.id)}>
                <img src={variantThumbnailUrl(media.id, variant.id)} alt="" loading="lazy" />
                <span className={classes.words}>
                  <span className="truncate">{variant.account?.username ?? t('media:variants.shared')}</span>
                  <Text span size="xs" c="dimmed" className="tabular">
                    {variant.width ?? '?'}×{variant.height ?? '?'} · {formatBytes(variant.bytes)}
                  </Text>
                  <Text span size="xs" c="dimmed">
                    <Ago at={variant.createdAt} />
                  </Text>
                </span>
                <span className={classes.ssim}>
                  <Text span size="xs" c="dimmed">
                    SSIM
                  </Text>
                  <span className="tabular">{likeness(variant.ssim)}</span>
                </span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      {variantCount > variants.length && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('list.firstShown', { shown: formatCount(variants.length), total: formatCount(variantCount) })}
        </Text>
      )}
      <Suspense fallback={null}>
        {opened && <CompareDialog media={media} variant={opened} onClose={() => set('variant', null)} />}
      </Suspense>
    </section>
  );
}
