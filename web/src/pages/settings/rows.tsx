import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './settings.module.css';

/** The few rows of a section, with a last column for what can be done with each. */
export function Rows({ heads, children }: { heads: readonly string[]; children: ReactNode }) {
  return (
    <div className={classes.table}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
