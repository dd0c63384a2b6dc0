export interface StreamEvent {
  id: string;
  type: string;
  data: string;
}

/**
 * Reads server-sent events out of text that comes in pieces of any size.
 * Format: HTML Living Standard, section 9.2.6.
 */
export function createEventParser(onEvent: (event: StreamEvent) => void): (piece: string) => void {
  let rest = '';
  let id = '';
  let type = '';
  let data: string[] = [];

  const dispatch = (): void => {
    if (data.length > 0) onEvent({ id, type: type || 'message', data: data.join('\n') });
    type = '';
    data = [];
  };

  const line = (text: string): void => {
    if (text === '') dispatch();
    if (text === '' || text.startsWith(':')) return;
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  };

  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  };
}
