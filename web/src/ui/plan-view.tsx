import { Anchor, Badge, Text } from '@mantine/core';
import { thumbnailUrl } from '../api/media.ts';
import { shared, t } from '../i18n/index.ts';
import { formatCount, titleOf } from './format.ts';
import classes from './plan.module.css';
import { fieldsOf, type PlanField, type PlanValue, sessionsOf } from './plan.ts';
import { PlanCalendar } from './plan-calendar.tsx';
import { At } from './time.tsx';

const SHOWN_CHIPS = 40;
const SHOWN_MEDIA = 12;

/** What one account will do, or has to do, in words; for plans of any kind. */
export function PlanView({ plan, startsOpen = false }: { plan: unknown; startsOpen?: boolean }) {
  const calendar = sessionsOf(plan);
  if (calendar) return <PlanCalendar {...calendar} startsOpen={startsOpen} />;
  const fields = fieldsOf(plan);
  if (fields.length === 0) return <Text c="dimmed">{t('plan.nothing')}</Text>;
  const [only] = fields;
  // A lone text or list needs no name beside it.
  if (fields.length === 1 && only && ['text', 'chips', 'media', 'addresses'].includes(only.value.sort)) {
    return <Value value={only.value} />;
  }
  return <Fields fields={fields} />;
}

const Fields = ({ fields }: { fields: readonly PlanField[] }) => (
  <dl className={classes.fields}>
    {fields.map(({ name, value }) => (
      <div key={name} className={classes.field}>
        <dt>{shared(titleOf(name))}</dt>
        <dd>
          <Value value={value} />
        </dd>
      </div>
    ))}
  </dl>
);

const Rest = ({ count }: { count: number }) =>
  count > 0 ? (
    <Text span size="sm" c="dimmed">
      {t('count.more', { count })}
    </Text>
  ) : null;

const Address = ({ url }: { url: string }) => (
  <Anchor href={url} target="_blank" rel="noreferrer" size="sm" style={{ overflowWrap: 'anywhere' }}>
    {url}
  </Anchor>
);

function Value({ value }: { value: PlanValue }) {
  switch (value.sort) {
    case 'text':
      return <Text className={classes.text}>{value.text}</Text>;
    case 'number':
      return <Text className="tabular">{formatCount(value.number)}</Text>;
    case 'yes-no':
      return <Text>{value.yes ? t('yes') : t('no')}</Text>;
    case 'time':
      return <At at={value.at} />;
    case 'address':
      return <Address url={value.url} />;
    case 'addresses':
      return (
        <ul className={classes.addresses}>
          {value.urls.map((url) => (
            <li key={url}>
              <Address url={url} />
            </li>
          ))}
        </ul>
      );
    case 'media':
      return (
        <div className={classes.chips}>
          {value.ids.slice(0, SHOWN_MEDIA).map((id) => (
            <img key={id} className={classes.media} src={thumbnailUrl(id)} alt="" loading="lazy" />
          ))}
          <Rest count={value.ids.length - SHOWN_MEDIA} />
        </div>
      );
    case 'chips':
      return (
        <div className={classes.chips}>
          {value.texts.slice(0, SHOWN_CHIPS).map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same text may be there twice
            <Badge key={at} variant="default" radius="sm" tt="none" fw={450} maw="100%">
              {text}
            </Badge>
          ))}
          <Rest count={value.texts.length - SHOWN_CHIPS} />
        </div>
      );
    case 'fields':
      return <Fields fields={value.fields} />;
    case 'list':
      return (
        <ol className={classes.list}>
          {value.items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the items have no other name than their place
            <li key={at}>
              <Value value={item} />
            </li>
          ))}
        </ol>
      );
  }
}
